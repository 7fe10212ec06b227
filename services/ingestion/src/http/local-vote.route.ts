import { fromBase64url } from '@suffrage/contracts/bytes';
import { refuse } from '@suffrage/contracts/errors';
import { localVoteStatusSchema } from '@suffrage/contracts/local-vote';
import { VOTE_ID_LENGTH } from '@suffrage/contracts/vote-id';
import { problemResponses, sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import { z } from 'zod';
import type { LocalQueue } from '../log/local-queue.ts';
import { electionParams } from './schemas.ts';

/** `GET /v1/elections/{electionId}/votes/{voteId}`: what this instance, and no other, keeps on its disk. */
export function localVoteRoute(server: HttpServer, queue: Pick<LocalQueue, 'find'> | undefined): void {
  const schema = {
    summary: 'What this instance keeps of a vote that it could not append',
    description:
      'accepted-local: on the disk of this instance, not acknowledged. expired-local: given up at the closing. 404 for everything else, acknowledged votes included: ask the results service for those.',
    tags: ['votes'],
    params: electionParams.extend({ voteId: z.string() }),
    response: { 200: localVoteStatusSchema, ...problemResponses },
  };
  server.get('/v1/elections/:electionId/votes/:voteId', { schema }, async (request, reply) => {
    const { electionId, voteId } = request.params;
    reply.header('cache-control', 'no-store');
    if (fromBase64url(voteId)?.length !== VOTE_ID_LENGTH) {
      const detail = `must be ${VOTE_ID_LENGTH} bytes as base64url`;
      return sendRefusal(reply, refuse('field-invalid', 'voteId', detail));
    }
    const status = await queue?.find(electionId, voteId);
    if (status === undefined) return sendRefusal(reply, refuse('vote-unknown'));
    return { electionId, voteId, status };
  });
}
