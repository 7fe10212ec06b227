import { openSync, readSync } from 'node:fs';
import { type Order, sortEntries } from './sort-entries.ts';
import type { Piece } from './sort-run.ts';

/** Entries in order: where they begin in a buffer. Both are used anew for the next ones. */
export type OnSorted = (bytes: Buffer, places: Float64Array) => void;

const descriptors = new Map<string, number>();
let shared = Buffer.alloc(0);

/** How many entries the pieces have. */
export function lengthOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { from, to }) => sum + to - from, 0);
}

/**
 * All entries of the pieces in order, at once, `MAX_SORTED` of them at most: an index is sorted, which costs a tenth of
 * merging as many pieces.
 */
export function readSorted(pieces: readonly Piece[], order: Order, onSorted: OnSorted): void {
  const count = lengthOf(pieces);
  if (shared.length < count * order.entryBytes) shared = Buffer.allocUnsafeSlow(count * order.entryBytes);
  let at = 0;
  for (const piece of pieces) at += readEntries(piece, order.entryBytes, shared, at);
  onSorted(shared, sortEntries(shared, count, order));
}

/** Reads entries of a file into `bytes` from `at` on. @returns how many bytes that were. */
export function readEntries(piece: Piece, entryBytes: number, bytes: Buffer, at: number): number {
  const descriptor = descriptorOf(piece.file);
  const wanted = (piece.to - piece.from) * entryBytes;
  const position = piece.from * entryBytes;
  for (let filled = 0; filled < wanted; ) {
    const read = readSync(descriptor, bytes, at + filled, wanted - filled, position + filled);
    if (read === 0) throw new Error('a sorted file is shorter than it was written');
    filled += read;
  }
  return wanted;
}

/** There are a few files for each thread; they close with the thread that reads them. */
function descriptorOf(file: string): number {
  let descriptor = descriptors.get(file);
  if (descriptor === undefined) {
    descriptor = openSync(file, 'r');
    descriptors.set(file, descriptor);
  }
  return descriptor;
}
