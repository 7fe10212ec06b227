import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { createElectionBook } from '@suffrage/contracts/election-book';
import type { TokenCheck } from '@suffrage/contracts/check-vote';
import { createTokenVerifier } from '@suffrage/contracts/verify-token.node';
import { workerData } from 'piscina';
import { type Case, openCase, partOf, processedBelow } from './case.ts';
import { compareEntries, ENTRY_BYTES } from './entry.ts';
import { judgeChunk, type SeenRecord } from './judge-chunk.ts';
import { judgeGroups, judgeSorted } from './judge-groups.ts';
import { countRow } from './match-rows.ts';
import type { PartitionRange } from './ranges.ts';
import { readBatches } from './read-batches.ts';
import { openSnapshot, readOutcome, type SnapshotReader } from './read-database.ts';
import type { JournalLines } from './read-journal.ts';
import {
  addReceipt,
  type AcknowledgedByOffset,
  holdRecord,
  missAcknowledged,
  receiptOrder,
  takeJournal,
} from './receipts.ts';
import { mergePieces } from './sort/merge-pieces.ts';
import { lengthOf, readSorted } from './sort/read-sorted.ts';
import { MAX_SORTED } from './sort/sort-entries.ts';
import { createRowTable, type RowTable } from './row-table.ts';
import { createRunBuffer } from './sort/sort-run.ts';
import { takeCopiedRow } from './take-counted-row.ts';
import type { Assignment, Task, TaskResult } from './tasks.ts';

// One thread of an audit. What is open here closes with the thread.

const assignment: Assignment = workerData;
const order = { entryBytes: ENTRY_BYTES, compare: compareEntries };
const book = createElectionBook();
for (const record of assignment.elections) book.apply(record);
const evidence = {
  ...assignment,
  electionIds: book.elections().map(({ definition }) => definition.id),
  findElection: book.find,
};
const trust: TokenCheck = () => ({ ok: true });
const checkToken = assignment.signatures ? createTokenVerifier() : trust;
const readers = new Map<number, Promise<SnapshotReader>>();
const sorted = createRunBuffer(order, join(assignment.directory, `${threadId}-entries`));
const receipts = createRunBuffer(receiptOrder, join(assignment.directory, `${threadId}-receipts`));

/** @throws Error when brokers or databases don't answer. */
export async function runTask(task: Task): Promise<TaskResult> {
  switch (task.kind) {
    case 'journal':
      return readReceipts(task.lines);
    case 'log':
      return judgeLog(task);
    case 'votes':
      return readVotes(task.database, task.from, task.to);
    case 'ballots':
      return judgeEntries(task);
  }
}

async function readReceipts(lines: JournalLines): Promise<TaskResult> {
  const theCase = openCase(evidence);
  await takeJournal(theCase, assignment.topic, lines, receipts);
  return { part: partOf(theCase), runs: receipts.end(), done: lines.lines.length };
}

async function judgeLog({
  range,
  batches,
  receipts: pieces,
}: Extract<Task, { kind: 'log' }>): Promise<TaskResult> {
  const theCase = openCase(evidence);
  const { partition } = range;
  const rows = await rowsIn(theCase, range);
  const acknowledged: AcknowledgedByOffset = new Map();
  mergePieces(pieces, receiptOrder, (entry, at) => addReceipt(theCase, acknowledged, range, entry, at));
  const hold = (record: SeenRecord) => {
    const atPlace = acknowledged.get(record.offset);
    if (atPlace) holdRecord(theCase, partition, record, atPlace);
  };
  const seen = acknowledged.size > 0 ? hold : undefined;
  const judge = judgeChunk(theCase, { ...range, rowsAt: rows.at }, checkToken, sorted, seen);
  let done = 0;
  readBatches(batches, range, record => {
    judge.take(record);
    done += 1;
  });
  judge.end();
  missAcknowledged(theCase, partition, acknowledged);
  return { part: partOf(theCase), runs: sorted.end(), done };
}

async function rowsIn(theCase: Case, { partition, start, end }: PartitionRange): Promise<RowTable> {
  const owner = theCase.owners.get(partition);
  const processed = Math.min(end, processedBelow(theCase, partition));
  const table = createRowTable({ start, end });
  if (!owner || processed <= start) return table;
  const reader = await readerOf(owner.database);
  await reader.readRowsIn({ partition, start, end: processed }, row => {
    const offset = row.i64(1) ?? -1;
    countRow(theCase, owner.database, { partition, offset, outcome: readOutcome(row.text(2)) });
    table.add(row, offset);
  });
  return table;
}

async function readVotes(database: number, from: number, to: number): Promise<TaskResult> {
  const theCase = openCase(evidence);
  const reader = await readerOf(database);
  let done = 0;
  await reader.readCountedRows(from, to, row => {
    takeCopiedRow(theCase, database, row, sorted);
    done += 1;
  });
  return { part: partOf(theCase), runs: sorted.end(), done };
}

function judgeEntries({ pieces, names, gaps }: Extract<Task, { kind: 'ballots' }>): TaskResult {
  const theCase = openCase(evidence, names);
  theCase.gaps.push(...gaps);
  const done = lengthOf(pieces);
  if (done <= MAX_SORTED) readSorted(pieces, order, (bytes, places) => judgeSorted(theCase, bytes, places));
  else {
    const judge = judgeGroups(theCase);
    mergePieces(pieces, order, judge.take);
    judge.end();
  }
  return { part: { ...partOf(theCase), gaps: [] }, runs: [], done };
}

function readerOf(database: number): Promise<SnapshotReader> {
  let reader = readers.get(database);
  if (!reader) {
    const view = assignment.views[database];
    if (!view) throw new RangeError('a task names a database that there is not');
    reader = openSnapshot(view.url, view.snapshot);
    readers.set(database, reader);
  }
  return reader;
}
