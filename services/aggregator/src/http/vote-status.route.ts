import { fromBase64url } from '@suffrage/contracts/bytes';
import { refuse } from '@suffrage/contracts/errors';
import { voteStatusSchema } from '@suffrage/contracts/results';
import { VOTE_ID_LENGTH } from '@suffrage/contracts/vote-id';
import { problemResponses, sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import { z } from 'zod';
import type { FindVoteStatus } from '../vote-status.ts';
import { electionParams } from './schemas.ts';

/** `GET /v1/elections/{electionId}/votes/{voteId}`: what became of a vote; the vote ID as base64url. */
export function voteStatusRoute(server: HttpServer, findStatus: FindVoteStatus): void {
  const schema = {
    tags: ['votes'],
    summary: 'What became of a vote',
    params: electionParams.extend({ voteId: z.string() }),
    response: { 200: voteStatusSchema, ...problemResponses },
  };
  server.get('/v1/elections/:electionId/votes/:voteId', { schema }, async (request, reply) => {
    const { electionId, voteId } = request.params;
    reply.header('cache-control', 'no-store');
    const bytes = fromBase64url(voteId);
    if (bytes?.length !== VOTE_ID_LENGTH) {
      return sendRefusal(
        reply,
        refuse('field-invalid', 'voteId', `must be ${VOTE_ID_LENGTH} bytes as base64url`),
      );
    }
    const found = await findStatus(electionId, bytes);
    if ('ok' in found) return sendRefusal(reply, found);
    return { electionId, voteId, ...found };
  });
}
