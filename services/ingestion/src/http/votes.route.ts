import { receiptSchema } from '@suffrage/contracts/receipt';
import { castVoteBody, fromCastVoteBody } from '@suffrage/contracts/vote-request';
import { sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import { z } from 'zod';
import type { CastVote } from '../cast-vote.ts';
import type { IngestionMetrics } from '../metrics.ts';
import { traced } from '../tracing.ts';

const problem = z.looseObject({ type: z.string(), code: z.string(), title: z.string(), status: z.int() });

/** `POST /v1/elections/{id}/votes` -> 201 with a receipt, or a problem document. */
export function votesRoute(
  server: HttpServer,
  castVote: CastVote,
  metrics: Pick<IngestionMetrics, 'votes'>,
): void {
  const schema = {
    summary: 'Cast a vote',
    description:
      'Answered 201 once the vote is on every in-sync replica of the log. On 503 and 504 send the same vote again.',
    tags: ['votes'],
    params: z.strictObject({ electionId: z.string().max(63) }),
    body: castVoteBody,
    response: { 201: receiptSchema, '4xx': problem, '5xx': problem },
  };
  server.post('/v1/elections/:electionId/votes', { schema }, async (request, reply) => {
    const vote = fromCastVoteBody(request.params.electionId, request.body);
    const result =
      'ok' in vote
        ? vote
        : await traced('POST /v1/elections/{electionId}/votes', request.headers, headers =>
            castVote(vote, headers),
          );
    metrics.votes.inc({ transport: 'rest', code: result.ok ? 'accepted' : result.code });
    if (!result.ok) return sendRefusal(reply, result);
    return reply.code(201).send(result.receipt);
  });
}
