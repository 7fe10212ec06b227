import type { Case } from './case.ts';
import { type EntrySink, fitsEntry, ID_BYTES, writeCountedRow } from './entry.ts';
import { countRow, keepStray } from './match-rows.ts';
import type { OutcomeRow } from './read-database.ts';

const NOTHING = new Uint8Array(0);

/** Recounts a row of `votes` and writes its entry; one that can fit no record is a stray at once. */
export function takeCountedRow(theCase: Case, database: number, row: OutcomeRow, entries: EntrySink): void {
  countRow(theCase, database, row);
  theCase.recounts[database]?.add(row);
  const election = theCase.electionIds.indexOf(row.electionId ?? '');
  const facts = {
    ballotKey: row.ballotKey ?? NOTHING,
    voteId: row.voteId ?? NOTHING,
    partition: row.partition,
    offset: row.offset,
    revision: row.revision ?? -1,
    castAt: row.castAt ?? -1,
    // Of an election that the topic does not know: no record has its key, but one may have its position or its vote.
    election: election >= 0 ? election : theCase.electionIds.length,
    selections: row.selections ?? NOTHING,
    database,
  };
  if (fitsEntry(facts)) {
    const at = entries.next();
    writeCountedRow(entries.bytes(), at, facts);
    return;
  }
  const reason = `its fields fit no record (vote IDs and ballot keys have ${ID_BYTES} bytes)`;
  const { selections: _never, ...shown } = row;
  keepStray(theCase, { row: shown, database, reason, placed: false, keyCounted: false });
}
