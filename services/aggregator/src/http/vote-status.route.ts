import { fromBase64url } from '@suffrage/contracts/bytes';
import { refuse } from '@suffrage/contracts/errors';
import { voteStatementSchema, voteStatusSchema } from '@suffrage/contracts/results';
import { type ResultsKey, signStatement } from '@suffrage/contracts/sign-statement.node';
import { VOTE_ID_LENGTH } from '@suffrage/contracts/vote-id';
import { problemResponses, sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import { z } from 'zod';
import type { FindVoteStatus } from '../vote-status.ts';
import { electionParams } from './schemas.ts';

type Needs = {
  readonly findStatus: FindVoteStatus;
  /** Without one nothing is stated in writing. */
  readonly key?: ResultsKey | undefined;
  readonly clock: () => number;
};

const params = electionParams.extend({ voteId: z.string() });
const NO_VOTE_ID = refuse('field-invalid', 'voteId', `must be ${VOTE_ID_LENGTH} bytes as base64url`);

/**
 * `GET /v1/elections/{electionId}/votes/{voteId}`: what became of a vote; the vote ID as base64url. `…/statement`: the same,
 * signed, once there is something to state.
 */
export function voteStatusRoute(server: HttpServer, { findStatus, key, clock }: Needs): void {
  const find = async ({ electionId, voteId }: z.infer<typeof params>) => {
    const bytes = fromBase64url(voteId);
    return bytes?.length === VOTE_ID_LENGTH ? findStatus(electionId, bytes) : NO_VOTE_ID;
  };
  const status = {
    tags: ['votes'],
    summary: 'What became of a vote',
    params,
    response: { 200: voteStatusSchema, ...problemResponses },
  };
  server.get('/v1/elections/:electionId/votes/:voteId', { schema: status }, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const found = await find(request.params);
    return 'ok' in found ? sendRefusal(reply, found) : { ...request.params, ...found };
  });
  const statement = {
    tags: ['votes'],
    summary: 'What became of a vote, signed with the results key',
    params,
    response: { 200: voteStatementSchema, ...problemResponses },
  };
  const path = '/v1/elections/:electionId/votes/:voteId/statement';
  server.get(path, { schema: statement }, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const found = await find(request.params);
    if ('ok' in found) return sendRefusal(reply, found);
    const { status: became, code } = found;
    if (!key || became === 'unknown') return sendRefusal(reply, refuse('statement-unavailable'));
    return signStatement(key, {
      kind: 'vote-status' as const,
      ...request.params,
      status: became,
      ...(code === undefined ? {} : { code }),
      statedAt: new Date(clock()).toISOString(),
    });
  });
}
