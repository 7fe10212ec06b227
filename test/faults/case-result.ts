/** What a case came to. Numbers of votes; times in milliseconds. */
export type CaseResult = {
  readonly name: string;
  readonly seed: number;
  readonly status: 'ok' | 'failed' | 'skipped';
  readonly ok: boolean;
  /** Why it was skipped. */
  readonly reason?: string;
  readonly acknowledged: number;
  readonly lost: number;
  readonly countedTwice: number;
  readonly unknownOutcome: number;
  readonly longestAckStallMs: number;
  /** From the end of the fault until all that was on the log by then was accounted for. */
  readonly recoveryMs: number;
  /** Processes ended by SIGKILL. */
  readonly kills: number;
  /** Every fault that happened, by what it was. */
  readonly faults: Readonly<Record<string, number>>;
  readonly votesPerSecond: number;
  readonly seconds: number;
  readonly problems: readonly string[];
};
