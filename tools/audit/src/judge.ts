import type { Case } from './case.ts';
import { judgeProgress } from './judge-progress.ts';
import { compareIntake, compareTallies } from './judge-sums.ts';
import type { IntakeRow, TallyRow } from './rows.ts';
import { settleStrays } from './settle-strays.ts';

export type Sums = { readonly tallies: readonly TallyRow[]; readonly intake: readonly IntakeRow[] };

/** After the last entry: settles what fits no record, then holds the sums of each database against the recount. */
export function closeCase(theCase: Case, sums: readonly Sums[]): void {
  judgeProgress(theCase);
  settleStrays(theCase);
  for (const [database, { tallies, intake }] of sums.entries()) {
    compareTallies(theCase, database, tallies);
    compareIntake(theCase, database, intake);
  }
}
