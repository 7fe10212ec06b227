import { type Case, eachProcessed, placeOf } from './case.ts';
import { judgeBallots } from './judge-ballots.ts';
import { judgeProgress } from './judge-progress.ts';
import { compareIntake, compareTallies } from './judge-sums.ts';
import { matchRow, settleStrays } from './match-rows.ts';
import type { IntakeRow, OutcomeRow, TallyRow } from './read-database.ts';
import { recordState, rowState } from './records.ts';

/** Takes the next row of a database; in any order, all databases, each row once. */
export function takeRow(theCase: Case, database: number, row: OutcomeRow): void {
  countRow(theCase, database, row);
  if (row.outcome === 'counted') theCase.recounts[database]?.add(row);
  matchRow(theCase, database, row);
}

function countRow(
  { owners, rowCounts }: Case,
  database: number,
  { partition, offset, outcome }: OutcomeRow,
): void {
  const owner = owners.get(partition);
  if (owner?.database !== database || offset >= owner.nextOffset) return;
  const counts = rowCounts.get(partition) ?? { counted: 0, notCounted: 0 };
  // A superseded vote was counted once, and `progress.counted` is never taken back.
  if (outcome === 'counted' || outcome === 'superseded') counts.counted += 1;
  else counts.notCounted += 1;
  rowCounts.set(partition, counts);
}

export type Sums = { readonly tallies: readonly TallyRow[]; readonly intake: readonly IntakeRow[] };

/** After the last row: settles what fits no record, then holds all of it against the rules. */
export function closeCase(theCase: Case, sums: readonly Sums[]): void {
  judgeProgress(theCase);
  settleStrays(theCase);
  findMissingRows(theCase);
  judgeBallots(theCase);
  for (const [database, { tallies, intake }] of sums.entries()) {
    compareTallies(theCase, database, tallies);
    compareIntake(theCase, database, intake);
  }
}

function findMissingRows(theCase: Case): void {
  const { records, findings } = theCase;
  eachProcessed(theCase, index => {
    if (records.state[index] === recordState.absent || records.row[index] !== rowState.none) return;
    findings.add('missing-row', 'the record has no outcome', placeOf(theCase, index));
  });
}
