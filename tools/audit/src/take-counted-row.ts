import type { Case } from './case.ts';
import type { CopyRow } from './copy-binary.ts';
import { type EntrySink, fitsEntry, ID_BYTES, MAX_OFFSET, writeCountedRow } from './entry.ts';
import { countRow, keepStray } from './match-rows.ts';
import { type OutcomeRow, toOutcomeRow } from './rows.ts';

const NOTHING = new Uint8Array(0);

/** Recounts a row of `votes` and writes its entry; one that can fit no record is a stray at once. */
export function takeCountedRow(theCase: Case, database: number, row: OutcomeRow, entries: EntrySink): void {
  countRow(theCase, database, row);
  theCase.recounts[database]?.add(row.electionId ?? '', row.selections);
  const election = theCase.electionIds.indexOf(row.electionId ?? '');
  const facts = {
    ballotKey: row.ballotKey ?? NOTHING,
    ballotKeyAt: 0,
    voteId: row.voteId ?? NOTHING,
    voteIdAt: 0,
    partition: row.partition,
    offset: row.offset,
    revision: row.revision ?? -1,
    castAt: row.castAt ?? -1,
    // Of an election that the topic does not know: no record has its key, but one may have its position or its vote.
    election: election >= 0 ? election : theCase.electionIds.length,
    selections: row.selections ?? NOTHING,
    selectionsAt: 0,
    selectionsLength: row.selections?.length ?? 0,
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

/** The same for a row as the database sent it: nearly all are written from where they lie, without an object for each. */
export function takeCopiedRow(theCase: Case, database: number, row: CopyRow, entries: EntrySink): void {
  const partition = row.i32(0) ?? -1;
  const offset = row.i64(1) ?? -1;
  const electionId = row.text(4);
  const revision = row.i32(7) ?? -1;
  const castAt = row.i64(10) ?? -1;
  const election = theCase.electionIds.indexOf(electionId ?? '');
  const usual = row.lengthOf(5) === ID_BYTES && row.lengthOf(8) === ID_BYTES && row.lengthOf(9) >= 0;
  if (!usual || election < 0 || partition < 0 || offset < 0 || offset > MAX_OFFSET || revision < 0) {
    takeCountedRow(theCase, database, toOutcomeRow(row), entries);
    return;
  }
  countRow(theCase, database, { partition, offset, outcome: 'counted' });
  const { bytes } = row;
  const selectionsAt = row.startOf(9);
  const selectionsLength = row.lengthOf(9);
  theCase.recounts[database]?.add(electionId ?? '', bytes, selectionsAt, selectionsAt + selectionsLength);
  const at = entries.next();
  writeCountedRow(entries.bytes(), at, {
    partition,
    offset,
    election,
    revision,
    castAt,
    database,
    ballotKey: bytes,
    ballotKeyAt: row.startOf(8),
    voteId: bytes,
    voteIdAt: row.startOf(5),
    selections: bytes,
    selectionsAt,
    selectionsLength,
  });
}
