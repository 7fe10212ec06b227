import { checkReceipt } from '@suffrage/contracts/check-receipt';
import type { Refusal } from '@suffrage/contracts/errors';
import type { Receipt } from '@suffrage/contracts/receipt';
import { isRetryable } from './problem.ts';
import type { Answer, SignedBallot, Transport } from './transport.ts';

/**
 * `accepted`: on the log, with a receipt that verifies. `refused`: not on the log, and repeating will not help.
 * `unknown`: no certain answer before the deadline; the vote may be stored. Cast the same ballot again later: it is
 * counted at most once.
 */
export type CastResult =
  | { readonly status: 'accepted'; readonly receipt: Receipt; readonly attempts: number }
  | { readonly status: 'refused'; readonly refusal: Refusal; readonly attempts: number }
  | { readonly status: 'unknown'; readonly attempts: number };

export type CastOptions = {
  /** Default a minute. */
  readonly deadlineMillis?: number;
  readonly signal?: AbortSignal;
  /** Told after each attempt. */
  readonly onAttempt?: (answer: Answer, attempt: number) => void;
  /** What a simulation brings itself; everybody else leaves it out. */
  readonly surroundings?: Surroundings;
};

/** Time, chance and the check of receipts. */
export type Surroundings = {
  readonly now: () => number;
  readonly sleep: (millis: number) => Promise<void>;
  /** A signal that aborts after so many milliseconds. */
  readonly timeout: (millis: number) => AbortSignal;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly checkReceipt: typeof checkReceipt;
};

const real: Surroundings = {
  now: Date.now,
  sleep: millis => new Promise(resolve => setTimeout(resolve, millis)),
  timeout: millis => AbortSignal.timeout(millis),
  random: Math.random,
  checkReceipt,
};

const FIRST_PAUSE_MILLIS = 200;
const LONGEST_PAUSE_MILLIS = 5_000;
const ATTEMPT_MILLIS = 10_000;

/**
 * Sends the same vote until it is accepted or finally refused. Retries what the answer's code allows, and every lack of
 * an answer, with growing, jittered pauses and never before `Retry-After`.
 */
export async function castVote(
  transport: Transport,
  ballot: SignedBallot,
  options: CastOptions = {},
): Promise<CastResult> {
  const { deadlineMillis = 60_000, onAttempt, signal = new AbortController().signal } = options;
  const { surroundings = real } = options;
  const deadline = surroundings.now() + deadlineMillis;
  for (let attempt = 1; ; attempt += 1) {
    const answer = await attemptOnce(transport, ballot, signal, surroundings);
    onAttempt?.(answer, attempt);
    if (answer.kind === 'accepted') return { status: 'accepted', receipt: answer.receipt, attempts: attempt };
    if (answer.kind === 'refused' && !isRetryable(answer.refusal.code)) {
      return { status: 'refused', refusal: answer.refusal, attempts: attempt };
    }
    const pause = Math.max(
      backoff(attempt, surroundings),
      answer.kind === 'refused' ? answer.retryAfterMillis : 0,
    );
    if (signal.aborted || surroundings.now() + pause >= deadline)
      return { status: 'unknown', attempts: attempt };
    await surroundings.sleep(pause);
  }
}

/** A receipt that does not verify is no acceptance: the answer may come from somebody else than ingestion. */
async function attemptOnce(
  transport: Transport,
  ballot: SignedBallot,
  signal: AbortSignal,
  surroundings: Surroundings,
): Promise<Answer> {
  const answer = await transport(ballot, AbortSignal.any([signal, surroundings.timeout(ATTEMPT_MILLIS)]));
  if (answer.kind !== 'accepted') return answer;
  const { vote } = ballot;
  const isOurs =
    answer.receipt.voteId === vote.voteIdText && answer.receipt.electionId === vote.election.definition.id;
  const check = await surroundings.checkReceipt(answer.receipt, vote.election.definition.receiptKeys);
  return isOurs && check.ok ? answer : { kind: 'no-answer', reason: 'the receipt does not verify' };
}

/** Full jitter: a crowd that was refused together does not come back together. */
function backoff(attempt: number, { random }: Surroundings): number {
  const most = Math.min(FIRST_PAUSE_MILLIS * 2 ** (attempt - 1), LONGEST_PAUSE_MILLIS);
  return most / 2 + (random() * most) / 2;
}
