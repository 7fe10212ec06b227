import { openSync, writeSync } from 'node:fs';
import type { EntrySink } from '../entry.ts';
import { type Order, sortEntries } from './sort-entries.ts';

/** Entries in order in a file. They are cut in slices by their first byte. */
export type Run = {
  readonly file: string;
  readonly entries: number;
  /** Place in the file of the first entry of each slice; one more for the end. */
  readonly starts: readonly number[];
};

/** Entries `from` to `to - 1` of a file, in order. */
export type Piece = { readonly file: string; readonly from: number; readonly to: number };

export const SLICES = 256;
/** Entries that are sorted in memory at a time. */
export const RUN_ENTRIES = 2 ** 14;
const WRITE_BYTES = 1024 * 1024;

/** Collects entries, `RUN_ENTRIES` at a time, and writes them in order. */
export type RunBuffer = EntrySink & {
  /** Writes what is left, gives all runs since the last end, and is empty again. */
  end(): Run[];
};

/** @param file is made anew; it takes all runs, one after another. Its memory is taken, and the file made, on first use. */
export function createRunBuffer(order: Order, file: string): RunBuffer {
  const { entryBytes } = order;
  let buffer = Buffer.alloc(0);
  let output: SortedFile | undefined;
  let runs: Run[] = [];
  let count = 0;
  const write = () => {
    if (count === 0) return;
    output ??= createFile(file, entryBytes);
    const places = sortEntries(buffer, count, order);
    runs.push({ file, entries: count, starts: slicesOf(buffer, places, output.entries) });
    output.append(buffer, places);
    count = 0;
  };
  return {
    next() {
      if (count === RUN_ENTRIES) write();
      // Memory is the process's only once it is written.
      if (buffer.length === 0) buffer = Buffer.allocUnsafeSlow(RUN_ENTRIES * entryBytes);
      const at = count * entryBytes;
      count += 1;
      return at;
    },
    bytes: () => buffer,
    end() {
      write();
      const written = runs;
      runs = [];
      return written;
    },
  };
}

/** The slice of all runs. */
export function piecesOf(runs: readonly Run[], slice: number): Piece[] {
  return runs.flatMap(({ file, starts }) => {
    const from = starts[slice] ?? 0;
    const to = starts[slice + 1] ?? 0;
    return from < to ? [{ file, from, to }] : [];
  });
}

function slicesOf(buffer: Buffer, places: Float64Array, first: number): number[] {
  const starts: number[] = [];
  let place = first;
  for (const at of places) {
    const slice = buffer[at] ?? 0;
    while (starts.length <= slice) starts.push(place);
    place += 1;
  }
  while (starts.length <= SLICES) starts.push(place);
  return starts;
}

/** A file that entries are appended to. It closes with the thread. */
type SortedFile = { readonly entries: number; append(buffer: Buffer, places: Float64Array): void };

function createFile(file: string, entryBytes: number): SortedFile {
  const descriptor = openSync(file, 'wx');
  const chunk = Buffer.allocUnsafeSlow(Math.floor(WRITE_BYTES / entryBytes) * entryBytes);
  const words = wordsOf(chunk);
  const entryWords = entryBytes / 4;
  let entries = 0;
  return {
    get entries() {
      return entries;
    },
    append(buffer, places) {
      const source = wordsOf(buffer);
      let to = 0;
      for (const at of places) {
        const from = at / 4;
        for (let word = 0; word < entryWords; word++) words[to + word] = source[from + word] ?? 0;
        to += entryWords;
        if (to === words.length) to = writeAll(descriptor, chunk, to * 4);
      }
      writeAll(descriptor, chunk, to * 4);
      entries += places.length;
    },
  };
}

/** The buffer by four bytes at a time. */
function wordsOf({ buffer, byteOffset, byteLength }: Buffer): Int32Array {
  return new Int32Array(buffer, byteOffset, byteLength / 4);
}

function writeAll(descriptor: number, chunk: Buffer, bytes: number): 0 {
  for (let written = 0; written < bytes; ) written += writeSync(descriptor, chunk, written, bytes - written);
  return 0;
}
