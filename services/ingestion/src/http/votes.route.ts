import { toBase64url } from '@suffrage/contracts/bytes';
import { errorRegistry } from '@suffrage/contracts/errors';
import { localAcceptanceSchema } from '@suffrage/contracts/local-vote';
import { receiptSchema } from '@suffrage/contracts/receipt';
import { castVoteBody, fromCastVoteBody } from '@suffrage/contracts/vote-request';
import { compiledBody } from '@suffrage/runtime/http/compiled-body';
import { problemResponses, sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer, Overload } from '@suffrage/runtime/http/server';
import { sendWritten } from '@suffrage/runtime/http/written-json';
import { traceRequest } from '@suffrage/runtime/tracing';
import { answerName, type CastResult, type CastVote, faultOf } from '../cast-vote.ts';
import type { IngestionMetrics } from '../metrics.ts';
import type { Turns } from '../turns.ts';
import { electionParams } from './schemas.ts';

const ROUTE = '/v1/elections/{electionId}/votes';
const TRACED = { 'http.request.method': 'POST', 'http.route': ROUTE } as const;

/** By how durable a vote is. */
const STATUS = { replicated: 201, local: 202 } as const;

function statusOf(result: CastResult): number {
  return result.ok ? STATUS[result.durability] : errorRegistry[result.code].http;
}

const describe = (result: CastResult) => ({
  'suffrage.answer': answerName(result),
  'http.response.status_code': statusOf(result),
  ...faultOf(result),
});

type Needs = {
  readonly castVote: CastVote;
  readonly metrics: Pick<IngestionMetrics, 'votes'>;
};

/** Of all that is posted to addresses of elections, which votes are: where most are refused, refusing has to cost little. */
export function refuseVotesUnread({
  turns,
  metrics,
}: {
  turns: Pick<Turns, 'isFull' | 'isWaiting'>;
  metrics: Needs['metrics'];
}): Overload {
  return {
    mayRefuseSoon: turns.isWaiting,
    refuses({ method, url }) {
      if (method !== 'POST' || !url.startsWith('/v1/elections/') || !turns.isFull()) return false;
      metrics.votes.inc({ transport: 'rest', code: 'overloaded' });
      return true;
    },
  };
}

/** `POST /v1/elections/{id}/votes` -> 201 with a receipt, 202 for what is on the disk only, or a problem document. */
export function votesRoute(server: HttpServer, { castVote, metrics }: Needs): void {
  const schema = {
    summary: 'Cast a vote',
    description:
      'Answered 201 once the vote is on every in-sync replica of the log. 202: the log can not be reached, the vote is on the disk of one instance and not acknowledged. On 202, 503 and 504 send the same vote again.',
    tags: ['votes'],
    params: electionParams,
    body: castVoteBody,
    response: {
      [STATUS.replicated]: receiptSchema,
      [STATUS.local]: localAcceptanceSchema,
      ...problemResponses,
    },
  };
  server.post('/v1/elections/:electionId/votes', {
    schema,
    validatorCompiler: compiledBody(castVoteBody),
    handler: async (request, reply) => {
      const vote = fromCastVoteBody(request.params.electionId, request.body);
      const result =
        'ok' in vote
          ? vote
          : await traceRequest(
              `POST ${ROUTE}`,
              TRACED,
              { request, headers: () => request.headers },
              trace => castVote(vote, trace),
              describe,
            );
      metrics.votes.inc({ transport: 'rest', code: answerName(result) });
      if (!result.ok) return sendRefusal(reply, result);
      if (result.durability === 'replicated')
        return sendWritten(reply, STATUS.replicated, result.receipt.toText());
      const { electionId, voteId } = result;
      return reply.code(STATUS.local).send({ durability: 'local', electionId, voteId: toBase64url(voteId) });
    },
  });
}
