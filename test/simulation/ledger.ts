import type { ErrorCode } from '@suffrage/contracts/errors';
import type { Receipt } from '@suffrage/contracts/receipt';
import type { PlannedVote } from './plan.ts';

/** What clients and servers said, kept outside of the system: the journal that it is judged by. */
export type Ledger = {
  readonly acknowledged: { readonly vote: PlannedVote; readonly receipt: Receipt }[];
  /** Votes whose client was told by the results service that they are processed, and looked no further. */
  readonly counted: PlannedVote[];
  /** Votes of which a process said that they are on its disk. */
  readonly kept: PlannedVote[];
  /** A request for this vote has reached a process. */
  asked(vote: PlannedVote): void;
  /** A process has answered such a request; `undefined` with a receipt. */
  answered(vote: PlannedVote, refusal: ErrorCode | undefined): void;
  /** Whether every answer said that nothing was handed to the log: then it must not be there. */
  wasOnlyRefused(vote: PlannedVote): boolean;
};

/** Codes after which a vote may be on the log all the same. */
const UNCERTAIN: readonly ErrorCode[] = ['outcome-unknown', 'internal'];

export function createLedger(): Ledger {
  const asked = new Map<PlannedVote, number>();
  const refused = new Map<PlannedVote, number>();
  const add = (to: Map<PlannedVote, number>, vote: PlannedVote) => to.set(vote, (to.get(vote) ?? 0) + 1);
  return {
    acknowledged: [],
    counted: [],
    kept: [],
    asked: vote => void add(asked, vote),
    answered(vote, refusal) {
      if (refusal !== undefined && !UNCERTAIN.includes(refusal)) add(refused, vote);
    },
    wasOnlyRefused: vote => (asked.get(vote) ?? 0) === (refused.get(vote) ?? 0),
  };
}
