import type { Case } from './case.ts';
import type { IntakeRow, TallyRow } from './rows.ts';
import { z } from 'zod';

/** INV-5: the tallies of a database, summed over partitions, equal a recount of its votes. */
export function compareTallies(
  { databases, findings, recounts }: Case,
  database: number,
  tallies: readonly TallyRow[],
) {
  const name = databases[database]?.name ?? '';
  const expected = recounts[database]?.tallies() ?? [];
  compare(
    tallies,
    expected,
    ({ contest, option }) => `${contest}/${option}`,
    (row, says, is) => {
      const what = row.contest === '*' ? 'counted votes' : `contest ${row.contest}, option ${row.option}`;
      const message = `the tally of ${what} says ${says}, the votes say ${is}`;
      findings.add('wrong-tally', message, { electionId: row.electionId, database: name });
    },
  );
}

/**
 * How many counted records each ingestion process appended, as the log names them. Never taken back: a vote that a later
 * revision superseded stays in its process's number.
 */
export function compareIntake(theCase: Case, database: number, intake: readonly IntakeRow[]): void {
  const name = theCase.databases[database]?.name ?? '';
  compare(
    intake,
    expectedIntake(theCase, database),
    ({ instance, partition }) => `${partition}/${instance}`,
    ({ electionId, instance, partition }, says, is) => {
      const message = `the intake of ${instance} says ${says}, counted records on the log say ${is}`;
      theCase.findings.add('wrong-intake', message, { electionId, partition, database: name });
    },
  );
}

const intakeKey = z.tuple([z.string(), z.string(), z.int()]);

function expectedIntake({ intake, owners }: Case, database: number): IntakeRow[] {
  return [...intake].flatMap(([key, votes]) => {
    const [electionId, instance, partition] = intakeKey.parse(JSON.parse(key));
    return owners.get(partition)?.database === database ? [{ electionId, instance, partition, votes }] : [];
  });
}

/** A number that is missing is 0, on either side. */
function compare<Row extends { readonly electionId: string; readonly votes: number }>(
  found: readonly Row[],
  expected: readonly Row[],
  nameOf: (row: Row) => string,
  onDifference: (row: Row, says: number, is: number) => void,
): void {
  const keyOf = (row: Row) => `${row.electionId}/${nameOf(row)}`;
  const remaining = new Map(expected.map(row => [keyOf(row), row]));
  for (const row of found) {
    const is = remaining.get(keyOf(row))?.votes ?? 0;
    remaining.delete(keyOf(row));
    if (row.votes !== is) onDifference(row, row.votes, is);
  }
  for (const row of remaining.values()) onDifference(row, 0, row.votes);
}
