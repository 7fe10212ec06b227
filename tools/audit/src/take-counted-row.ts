import type { Case } from './case.ts';
import { type Entry, fitsEntry, ID_BYTES, writeCountedRow } from './entry.ts';
import { countRow, keepStray } from './match-rows.ts';
import type { OutcomeRow } from './read-database.ts';

const NOTHING = new Uint8Array(0);

/** Recounts a row of `votes` and writes its entry; one that can fit no record is a stray at once. */
export function takeCountedRow(theCase: Case, database: number, row: OutcomeRow, next: () => Entry): void {
  countRow(theCase, database, row);
  theCase.recounts[database]?.add(row);
  const { ballotKey, voteId, revision, castAt, selections, ...rest } = row;
  const election = theCase.electionIds.indexOf(row.electionId ?? '');
  const { partition, offset } = row;
  const facts = {
    ballotKey: ballotKey ?? NOTHING,
    voteId: voteId ?? NOTHING,
    partition,
    offset,
    revision: revision ?? -1,
    castAt: castAt ?? -1,
    database,
  };
  if (fitsEntry(facts)) {
    const known = election >= 0;
    // Of an election that the topic does not know: no record has its key, but one may have its position or its vote.
    writeCountedRow(next(), {
      ...facts,
      election: known ? election : theCase.electionIds.length,
      selections: selections ?? NOTHING,
    });
    return;
  }
  const reason = `its fields fit no record (vote IDs and ballot keys have ${ID_BYTES} bytes)`;
  const shown = { ...rest, voteId, revision, ballotKey, castAt };
  keepStray(theCase, { row: shown, database, reason, placed: false, keyCounted: false });
}
