import { checkReceipt } from '@suffrage/contracts/check-receipt';
import type { ErrorCode, Refusal } from '@suffrage/contracts/errors';
import type { Receipt } from '@suffrage/contracts/receipt';
import { pauseAfter } from './backoff.ts';
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
  /** Default as many as the deadline allows. */
  readonly maxAttempts?: number;
  /** Bounds the part of a pause that grows; default 5 s. */
  readonly longestPauseMillis?: number;
  readonly signal?: AbortSignal;
  /** Whether the vote was sent before, without a certain answer: then no refusal proves that it is not stored. */
  readonly isInDoubt?: boolean;
  /** Waited for before each attempt, a network say. That time is not counted. */
  readonly beforeAttempt?: () => Promise<void>;
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
  const {
    deadlineMillis = 60_000,
    longestPauseMillis = LONGEST_PAUSE_MILLIS,
    maxAttempts = Infinity,
  } = options;
  const { onAttempt, isCounted, beforeAttempt, signal = new AbortController().signal } = options;
  const { surroundings = real, isInDoubt = false } = options;
  let deadline = surroundings.now() + deadlineMillis;
  let heldLocally = false;
  let inDoubt = isInDoubt;
  for (let attempts = 1; ; attempts += 1) {
    const waitedFrom = surroundings.now();
    await beforeAttempt?.();
    deadline += surroundings.now() - waitedFrom;
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
    const { random } = surroundings;
    const pause = pauseAfter(attempts, { retryAfterMillis, longestMillis: longestPauseMillis, random });
    const isOver = signal.aborted || attempts >= maxAttempts || surroundings.now() + pause >= deadline;
    if (isOver) return { status: 'unknown', heldLocally, attempts };
    await surroundings.sleep(pause);
  }
}

/** Whether the vote may be on the log, or get there, although there is no receipt. */
export function mayBeStored(answer: Answer): boolean {
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
