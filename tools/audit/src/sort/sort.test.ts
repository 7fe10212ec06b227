import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mergePieces, type Order } from './merge-runs.ts';
import { createRunBuffer, piecesOf, RUN_ENTRIES, SLICES } from './sort-run.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'suffrage-sort-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const entryBytes = 9;
const order: Order = {
  entryBytes,
  compare: (a, aAt, b, bAt) => a.compare(b, bAt, bAt + entryBytes, aAt, aAt + entryBytes),
};

/** Sorts on disk, a run for each part, and reads all slices back. */
function sortOnDisk(parts: readonly (readonly Buffer[])[]): string[] {
  let files = 0;
  const buffer = createRunBuffer(order, () => join(directory, String(files++)));
  const runs = parts.flatMap(part => {
    for (const entry of part) buffer.next().set(entry);
    return buffer.end();
  });
  return Array.from({ length: SLICES }, (_, slice) => piecesOf(runs, slice)).flatMap(pieces =>
    Array.from(mergePieces(pieces, order), entry => entry.toString('hex')),
  );
}

test('whatever goes in comes out in order, also where the beginnings are equal', () => {
  const byte = fc.oneof(fc.constantFrom(0, 255), fc.nat(255));
  const entry = fc
    .array(byte, { minLength: entryBytes, maxLength: entryBytes })
    .map(bytes => Buffer.from(bytes));
  const equalBeginning = entry.map(bytes => bytes.fill(7, 0, 8));
  fc.assert(
    fc.property(fc.array(fc.array(fc.oneof(entry, equalBeginning))), parts => {
      const expected = parts.flat().map(bytes => bytes.toString('hex'));
      expect(sortOnDisk(parts)).toEqual(expected.toSorted());
    }),
  );
});

test('more than one run and more than one read of a file', () => {
  const entries = Array.from({ length: RUN_ENTRIES + 20_000 }, (_, index) => {
    const bytes = Buffer.alloc(entryBytes);
    // All of it in one slice, so that its piece is longer than what is read at a time.
    bytes.writeUIntBE((index * 7_919) % 1_000_003, 3, 6);
    return bytes;
  });
  const expected = entries.map(bytes => bytes.toString('hex')).toSorted();
  // Two texts: a comparison of arrays this long takes minutes to say how they differ.
  expect(sortOnDisk([entries]).join('\n') === expected.join('\n')).toBe(true);
});
