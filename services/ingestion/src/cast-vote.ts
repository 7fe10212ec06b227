import { timeRefusal } from '@suffrage/contracts/ballot';
import { type TokenCheck, verifyVote } from '@suffrage/contracts/check-vote';
import { errorRegistry, type Refusal, refuse } from '@suffrage/contracts/errors';
import { encodeVoteRecord } from '@suffrage/contracts/vote';
import { markBallot, type VoteRequest } from '@suffrage/contracts/vote-request';
import { crashPoint } from '@suffrage/runtime/crash-point';
import type { Log } from '@suffrage/runtime/log';
import type { RequestTrace } from '@suffrage/runtime/tracing';
import type { KnownElections } from './known-elections.ts';
import type { OpenCall } from './log/lane.ts';
import type { IngestionMetrics } from './metrics.ts';
import type { Turns } from './turns.ts';
import type { CheckedVote, Stored, VoteLog } from './vote-log.ts';

export type CastResult = Stored | Refusal;

/** The answer as metrics and spans name it. */
export function answerName(result: CastResult): string {
  if (!result.ok) return result.code;
  return result.durability === 'local' ? 'accepted-local' : 'accepted';
}

/** A refusal through no fault of the client, as spans name it. */
export function faultOf(result: CastResult): { readonly 'error.type'?: string } {
  return result.ok || errorRegistry[result.code].http < 500 ? {} : { 'error.type': result.code };
}

/**
 * Never rejects: what goes wrong with one vote is that vote's answer. The trace goes on with the record, but never in `secret`
 * elections, of which nothing at all is traced.
 * @param call the call of many votes that it came with, if any.
 */
export type CastVote = (request: VoteRequest, trace?: RequestTrace, call?: OpenCall) => Promise<CastResult>;

type Options = {
  readonly elections: Pick<KnownElections, 'find' | 'areCurrent'>;
  readonly checkToken: TokenCheck;
  readonly voteLog: VoteLog;
  readonly metrics: Pick<IngestionMetrics, 'acknowledgeSeconds'>;
  readonly clock: () => number;
  readonly instance: string;
  readonly maxInFlight: number;
  readonly turns: Pick<Turns, 'next'>;
  readonly log: Pick<Log, 'error'>;
};

const NO_HEADERS: ReadonlyMap<string, string> = new Map();

/**
 * The life of a vote here, in its fixed order: limit -> its turn -> election known and open by this clock -> selections within the
 * ballot -> vote ID -> token -> append -> receipt. A refusal before the append leaves no trace on the log.
 * Where elections were not read to their end lately, a vote may go onto the local queue, if there is one: what can
 * change about an election meanwhile is decided when it is replayed.
 */
export function createCastVote(options: Options): {
  readonly castVote: CastVote;
  /** Votes between their arrival and their answer. */
  readonly inFlight: () => number;
} {
  const { elections, checkToken, voteLog, metrics, clock, instance, maxInFlight, turns, log } = options;
  let inFlight = 0;

  /** All that comes before the append. */
  const check = (
    request: VoteRequest,
    isCurrent: boolean,
    trace: RequestTrace | undefined,
    call: OpenCall | undefined,
  ): CheckedVote | Refusal => {
    if (!isCurrent && !voteLog.canKeep()) return refuse('not-ready');
    const election = elections.find(request.electionId);
    if (!election) return refuse(isCurrent ? 'election-unknown' : 'not-ready');
    const isSecret = election.definition.mode === 'secret';
    if (isSecret) trace?.forbid();
    else trace?.allow();
    const closed = timeRefusal(election, clock());
    if (closed) return refuse(isCurrent ? closed : 'not-ready');
    const marked = markBallot(election, request);
    if (!marked.ok) return marked;
    const verified = verifyVote(election, marked.vote, checkToken);
    if (!verified.ok) return verified;
    return {
      electionId: request.electionId,
      voteId: verified.voteId,
      ballotKey: verified.ballotKey,
      revision: marked.vote.revision,
      opensAt: election.opensAt,
      closesAt: election.closesAt,
      value: encodeVoteRecord(marked.vote, instance),
      headers: isSecret ? NO_HEADERS : (trace?.headers ?? NO_HEADERS),
      call,
    };
  };

  const castVote: CastVote = async (request, trace, call) => {
    if (inFlight >= maxInFlight) return refuse('overloaded');
    inFlight += 1;
    const begun = performance.now();
    try {
      const turn = turns.next();
      if (turn) await turn;
      const isCurrent = elections.areCurrent();
      const checked = check(request, isCurrent, trace, call);
      if ('ok' in checked) return checked;
      crashPoint('after-validate');
      const result = await (isCurrent ? voteLog.append(checked) : voteLog.keep(checked));
      if (result.ok && result.durability === 'replicated')
        observeAcknowledged(metrics, (performance.now() - begun) / 1000, trace?.traceId());
      return result;
    } catch (error) {
      log.error({ err: error }, 'casting a vote failed');
      return refuse('internal');
    } finally {
      inFlight -= 1;
    }
  };
  return { castVote, inFlight: () => inFlight };
}

/** Of a traced vote the time names its trace, for whoever looks for a slow one. */
function observeAcknowledged(
  { acknowledgeSeconds }: Pick<IngestionMetrics, 'acknowledgeSeconds'>,
  value: number,
  traceId: string | undefined,
): void {
  acknowledgeSeconds.observe(
    traceId === undefined ? { value } : { value, exemplarLabels: { trace_id: traceId } },
  );
}
