import { timeRefusal } from '@suffrage/contracts/ballot';
import { type TokenCheck, verifyVote } from '@suffrage/contracts/check-vote';
import type { ElectionBook } from '@suffrage/contracts/election-book';
import { type Refusal, refuse } from '@suffrage/contracts/errors';
import type { Receipt } from '@suffrage/contracts/receipt';
import { encodeVoteRecord } from '@suffrage/contracts/vote';
import { markBallot, type VoteRequest } from '@suffrage/contracts/vote-request';
import { crashPoint } from '@suffrage/runtime/crash-point';
import type { IngestionMetrics } from './metrics.ts';
import type { VoteLog } from './vote-log.ts';

export type CastResult = { readonly ok: true; readonly receipt: Receipt } | Refusal;

/** `traceHeaders` travel with the record, but never in `secret` elections. */
export type CastVote = (
  request: VoteRequest,
  traceHeaders?: ReadonlyMap<string, string>,
) => Promise<CastResult>;

type Options = {
  readonly book: ElectionBook;
  /** When `elections` was last known to be read to its end, milliseconds of `clock`. */
  readonly electionsCompleteAsOf: () => number;
  readonly checkToken: TokenCheck;
  readonly voteLog: VoteLog;
  readonly metrics: Pick<IngestionMetrics, 'inFlight' | 'acknowledgeSeconds'>;
  readonly clock: () => number;
  readonly instance: string;
  readonly maxInFlight: number;
};

/** Older knowledge of elections than this is not enough to accept a vote. */
export const ELECTIONS_MAX_AGE_MILLIS = 10_000;

const NO_HEADERS: ReadonlyMap<string, string> = new Map();

/**
 * The life of a vote here, in its fixed order: limit -> election known and open by this clock -> selections within the
 * ballot -> vote ID -> token -> append -> receipt. A refusal before the append leaves no trace on the log.
 */
export function createCastVote(options: Options): CastVote {
  const { book, electionsCompleteAsOf, checkToken, voteLog, metrics, clock, instance, maxInFlight } = options;
  let inFlight = 0;

  const cast: CastVote = async (request, traceHeaders = NO_HEADERS) => {
    const now = clock();
    if (now - electionsCompleteAsOf() > ELECTIONS_MAX_AGE_MILLIS) return refuse('not-ready');
    const election = book.find(request.electionId);
    if (!election) return refuse('election-unknown');
    const closed = timeRefusal(election, now);
    if (closed) return refuse(closed);
    const marked = markBallot(election, request);
    if (!marked.ok) return marked;
    const verified = verifyVote(election, marked.vote, checkToken);
    if (!verified.ok) return verified;
    crashPoint('after-validate');
    return voteLog.append({
      electionId: request.electionId,
      voteId: verified.voteId,
      ballotKey: verified.ballotKey,
      revision: marked.vote.revision,
      opensAt: election.opensAt,
      closesAt: election.closesAt,
      value: encodeVoteRecord(marked.vote, instance),
      headers: election.definition.mode === 'secret' ? NO_HEADERS : traceHeaders,
    });
  };

  return async (request, traceHeaders) => {
    if (inFlight >= maxInFlight) return refuse('overloaded');
    metrics.inFlight.set((inFlight += 1));
    const stopTimer = metrics.acknowledgeSeconds.startTimer();
    try {
      const result = await cast(request, traceHeaders);
      if (result.ok) stopTimer();
      return result;
    } finally {
      metrics.inFlight.set((inFlight -= 1));
    }
  };
}
