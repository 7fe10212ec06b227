import type { CopyRow } from './copy-binary.ts';
import { type RowOutcome, rowOutcomes } from './entry.ts';

/** One row that claims to be the outcome of one record. */
export type OutcomeRow = {
  readonly partition: number;
  readonly offset: number;
  readonly outcome: RowOutcome;
  readonly code: string | null;
  readonly electionId: string | null;
  readonly voteId: Buffer | null;
  /** The vote it gave way to: older revisions, duplicates and superseded votes. */
  readonly target: Buffer | null;
  readonly revision: number | null;
  // Of counted votes only.
  readonly ballotKey: Buffer | null;
  readonly selections: Buffer | null;
  readonly castAt: number | null;
};

export type ProgressRow = {
  readonly partition: number;
  readonly nextOffset: number;
  readonly counted: number;
  readonly notCounted: number;
};
export type TallyRow = { electionId: string; contest: string; option: string; votes: number };
export type IntakeRow = { electionId: string; instance: string; partition: number; votes: number };

/** A row of any of the three tables. */
export function toOutcomeRow(row: CopyRow): OutcomeRow {
  return {
    partition: row.i32(0) ?? -1,
    offset: row.i64(1) ?? -1,
    outcome: readOutcome(row.text(2)),
    code: row.text(3),
    electionId: row.text(4),
    voteId: row.at(5),
    target: row.at(6),
    revision: row.i32(7),
    ballotKey: row.at(8),
    selections: row.at(9),
    castAt: row.i64(10),
  };
}

/** @throws Error for a text that is none. */
export function readOutcome(text: string | null): RowOutcome {
  const outcome = rowOutcomes.find(known => known === text);
  if (!outcome) throw new Error(`the database has an outcome ${text} that this version does not know`);
  return outcome;
}
