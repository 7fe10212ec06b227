import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openCase } from './case.ts';
import { parseCopy } from './copy-binary.ts';
import { ENTRY_BYTES } from './entry.ts';
import { type OutcomeRow, toOutcomeRow } from './rows.ts';
import { createRowTable } from './row-table.ts';
import { takeCopiedRow, takeCountedRow } from './take-counted-row.ts';
import { bigint, encodeCopy, int } from './testing/encode-copy.ts';
import { council } from './testing/world.ts';

const text = (value: string) => Buffer.from(value);
const bytes = (...lengths: number[]) =>
  fc
    .constantFrom(...lengths)
    .chain(length => fc.uint8Array({ minLength: length, maxLength: length }))
    .map(array => Buffer.from(array));

/** Rows of `votes`, nearly all as they should be. */
const votesRow = fc
  .record({
    partition: fc.constantFrom(0, 0, 0, 1, -1),
    offset: fc.constantFrom(0, 7, 2 ** 40, 2 ** 48, -1),
    electionId: fc.constantFrom('council', 'council', 'nowhere'),
    voteId: bytes(32, 32, 32, 31, 0),
    revision: fc.constantFrom(0, 1, 2 ** 31 - 1, -1),
    ballotKey: bytes(32, 32, 32, 33),
    selections: fc.option(
      bytes(0, 8, 24, 25, 300).map(all => (all.length === 8 ? Buffer.of(0, 1, 0, 2, 0, 1, 0, 0) : all)),
    ),
    castAt: fc.constantFrom(0, 1_778_137_200_000, -1, Number.MAX_SAFE_INTEGER),
  })
  .map(row => [
    int(row.partition, 4),
    bigint(row.offset),
    text('counted'),
    null,
    text(row.electionId),
    row.voteId,
    null,
    int(row.revision, 4),
    row.ballotKey,
    row.selections,
    bigint(row.castAt),
  ]);

/** The entries of rows, and what the case knows of them. */
function takeAll(rows: Parameters<typeof encodeCopy>[0], take: typeof takeCopiedRow) {
  const owner = { partition: 0, nextOffset: 100, counted: 0, notCounted: 0, database: 0 };
  const theCase = openCase({
    ranges: [{ partition: 0, start: 0, end: 100 }],
    electionIds: ['council'],
    findElection: id => (id === 'council' ? council : undefined),
    shards: 1,
    databases: [{ name: 'database', progress: [owner] }],
    owners: new Map([[0, owner]]),
    signatures: true,
  });
  const entries = Buffer.alloc(ENTRY_BYTES * rows.length);
  let count = 0;
  const sink = { next: () => ENTRY_BYTES * count++, bytes: () => entries };
  parseCopy(row => take(theCase, 0, row, sink))(encodeCopy(rows));
  const { strays, rowCounts, recounts } = theCase;
  return { count, entries, strays, rowCounts, votes: recounts[0]?.votes(), tallies: recounts[0]?.tallies() };
}

test('a row of votes is the same entry whether it is copied or read', () => {
  fc.assert(
    fc.property(fc.array(votesRow, { maxLength: 10 }), rows => {
      const read = takeAll(rows, (theCase, database, row, entries) =>
        takeCountedRow(theCase, database, toOutcomeRow(row), entries),
      );
      expect(takeAll(rows, takeCopiedRow)).toEqual(read);
    }),
    { numRuns: 500 },
  );
});

test('rows wait for their records by offset, in their order', () => {
  const row = (offset: number, code: string | null) => [
    int(3, 4),
    bigint(offset),
    text(code === null ? 'superseded' : 'rejected'),
    code === null ? null : text(code),
    ...Array.from({ length: 7 }, () => null),
  ];
  const table = createRowTable({ start: 10, end: 20 });
  const rows = [row(12, null), row(19, 'token-invalid'), row(12, 'election-closed'), row(10, null)];
  parseCopy(each => table.add(each, each.i64(1) ?? -1))(encodeCopy(rows));
  const at = (offset: number) =>
    table
      .at(offset)
      .map(({ partition, offset: own, outcome, code }: OutcomeRow) => [partition, own, outcome, code]);
  expect(at(12)).toEqual([
    [3, 12, 'superseded', null],
    [3, 12, 'rejected', 'election-closed'],
  ]);
  expect(at(19)).toEqual([[3, 19, 'rejected', 'token-invalid']]);
  expect(at(10)).toHaveLength(1);
  expect(at(11)).toEqual([]);
});
