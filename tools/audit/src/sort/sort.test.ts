import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mergePieces } from './merge-pieces.ts';
import { readSorted } from './read-sorted.ts';
import type { Order } from './sort-entries.ts';
import { createRunBuffer, type Piece, piecesOf, RUN_ENTRIES, SLICES } from './sort-run.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'suffrage-sort-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const entryBytes = 12;
const order: Order = {
  entryBytes,
  compare: (a, aAt, b, bAt) => a.compare(b, bAt, bAt + entryBytes, aAt, aAt + entryBytes),
};

type Entries = readonly (readonly Buffer[])[];
type Read = (pieces: readonly Piece[], order: Order) => string[];
let files = 0;

const readAtOnce: Read = pieces => {
  const entries: string[] = [];
  readSorted(pieces, order, (bytes, places) => {
    for (const at of places) entries.push(bytes.toString('hex', at, at + entryBytes));
  });
  return entries;
};
const merge: Read = pieces => {
  const entries: string[] = [];
  mergePieces(pieces, order, (bytes, at) => entries.push(bytes.toString('hex', at, at + entryBytes)), 100);
  return entries;
};

/** Sorts on disk, a run for each part, and reads all slices back. */
function sortOnDisk(parts: Entries, read: Read): string[] {
  const buffer = createRunBuffer(order, join(directory, String(files++)));
  const runs = parts.flatMap(part => {
    for (const entry of part) {
      const at = buffer.next();
      buffer.bytes().set(entry, at);
    }
    return buffer.end();
  });
  return Array.from({ length: SLICES }, (_, slice) => piecesOf(runs, slice))
    .filter(pieces => pieces.length > 0)
    .flatMap(pieces => read(pieces, order));
}

test.each([
  ['read at once', readAtOnce],
  ['merged', merge],
])('whatever goes in comes out in order, also where the beginnings are equal (%s)', (_, read) => {
  const byte = fc.oneof(fc.constantFrom(0, 255), fc.nat(255));
  const entry = fc
    .array(byte, { minLength: entryBytes, maxLength: entryBytes })
    .map(bytes => Buffer.from(bytes));
  const equalBeginning = entry.map(bytes => bytes.fill(7, 0, 8));
  fc.assert(
    fc.property(fc.array(fc.array(fc.oneof(entry, equalBeginning))), parts => {
      const expected = parts.flat().map(bytes => bytes.toString('hex'));
      expect(sortOnDisk(parts, read)).toEqual(expected.toSorted());
    }),
  );
});

test.each([
  ['read at once', readAtOnce],
  ['merged', merge],
])('more than one run in one slice (%s)', (_, read) => {
  const entries = Array.from({ length: RUN_ENTRIES + 20_000 }, (_entry, index) => {
    const bytes = Buffer.alloc(entryBytes);
    // All of it in one slice.
    bytes.writeUIntBE((index * 7_919) % 1_000_003, 3, 6);
    return bytes;
  });
  const expected = entries.map(bytes => bytes.toString('hex')).toSorted();
  // Two texts: a comparison of arrays this long takes minutes to say how they differ.
  expect(sortOnDisk([entries], read).join('\n') === expected.join('\n')).toBe(true);
});
