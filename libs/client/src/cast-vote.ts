import { checkReceipt } from '@suffrage/contracts/check-receipt';
import type { ErrorCode, Refusal } from '@suffrage/contracts/errors';
import type { Receipt } from '@suffrage/contracts/receipt';
import { isRetryable } from './problem.ts';
import type { Answer, SignedBallot, Transport } from './transport.ts';

/**
 * `accepted`: on the log, with a receipt that verifies. `counted`: on the log and processed, as the results service says;
 * the receipt was lost on the way. `refused`: not on the log, and repeating will not help. `unknown`: no certain answer,
 * before the deadline or before the election closed; the vote may be stored. `heldLocally` tells that one instance said
 * that it keeps the vote on its disk. Unless the election is closed cast the same ballot again later: it is counted at
 * most once.
 */
export type CastResult =
  | { readonly status: 'accepted'; readonly receipt: Receipt; readonly attempts: number }
  | { readonly status: 'refused'; readonly refusal: Refusal; readonly attempts: number }
  | { readonly status: 'counted'; readonly attempts: number }
  | { readonly status: 'unknown'; readonly heldLocally: boolean; readonly attempts: number };

export type CastOptions = {
  /** Default a minute. */
  readonly deadlineMillis?: number;
  readonly signal?: AbortSignal;
  /** Asked after attempts that left a doubt: whether the vote is counted already. `isCounted` of vote-status.ts asks. */
  readonly isCounted?: () => Promise<boolean>;
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
const STORED_OR_NOT: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['outcome-unknown', 'internal']);

/**
 * Sends the same vote until it is acknowledged, counted or finally refused. Retries what the answer's code allows, what
 * is held on one instance's disk only, and every lack of an answer, with growing, jittered pauses and never before
 * `Retry-After`. A final refusal (the election has closed, say) says nothing of an earlier attempt that had no certain
 * answer: the outcome is unknown then.
 */
export async function castVote(
  transport: Transport,
  ballot: SignedBallot,
  options: CastOptions = {},
): Promise<CastResult> {
  const { deadlineMillis = 60_000, onAttempt, isCounted, signal = new AbortController().signal } = options;
  const { surroundings = real } = options;
  const deadline = surroundings.now() + deadlineMillis;
  let heldLocally = false;
  let inDoubt = false;
  for (let attempts = 1; ; attempts += 1) {
    const answer = await attemptOnce(transport, ballot, signal, surroundings);
    onAttempt?.(answer, attempts);
    if (answer.kind === 'accepted') return { status: 'accepted', receipt: answer.receipt, attempts };
    heldLocally ||= answer.kind === 'held-locally';
    inDoubt ||= mayBeStored(answer);
    if (inDoubt && (await isCounted?.().catch(() => false))) return { status: 'counted', attempts };
    if (answer.kind === 'refused' && !isRetryable(answer.refusal.code)) {
      if (inDoubt) return { status: 'unknown', heldLocally, attempts };
      return { status: 'refused', refusal: answer.refusal, attempts };
    }
    const retryAfterMillis = answer.kind === 'refused' ? answer.retryAfterMillis : 0;
    const pause = Math.max(backoff(attempts, surroundings), retryAfterMillis);
    const isOver = signal.aborted || surroundings.now() + pause >= deadline;
    if (isOver) return { status: 'unknown', heldLocally, attempts };
    await surroundings.sleep(pause);
  }
}

/** Whether the vote may be on the log, or get there, although there is no receipt. */
function mayBeStored(answer: Answer): boolean {
  switch (answer.kind) {
    case 'accepted':
    case 'held-locally':
    case 'no-answer':
      return true;
    case 'refused':
      return STORED_OR_NOT.has(answer.refusal.code);
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
