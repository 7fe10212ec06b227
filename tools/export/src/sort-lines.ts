import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Lines that are sorted in memory at a time, some 50 MB of votes. */
const LINES_AT_A_TIME = 50_000;
/** Bytes of unwritten lines, over all buckets. */
const BUFFERED_BYTES = 64 * 1024 * 1024;
const MAX_BUCKETS = 4_096;
const KEY_HEX_LENGTH = 64;

/** Lines by a key of 32 evenly spread bytes (hashes). They lie in files meanwhile: memory does not grow with them. */
export type LineSorter = {
  add(key: Uint8Array, line: string): void;
  /** Writes all lines to an open file in the order of their keys, each with its end. Returns how many. */
  writeSorted(file: number, onProgress: (written: number) => void): number;
  /** Takes the files away. */
  close(): void;
};

/** @param expected about how many lines there will be: it decides how they are split, never what comes out. */
export function createLineSorter(directory: string, expected: number): LineSorter {
  const scratch = mkdtempSync(join(directory, '.sorting-'));
  const buckets = Math.min(MAX_BUCKETS, Math.max(1, Math.ceil(expected / LINES_AT_A_TIME)));
  const flushAt = BUFFERED_BYTES / buckets;
  const buffered = Array.from({ length: buckets }, () => ({ lines: [] as string[], length: 0 }));
  const fileOf = (bucket: number) => join(scratch, String(bucket));

  const flush = (bucket: number) => {
    const waiting = buffered[bucket];
    if (!waiting || waiting.lines.length === 0) return;
    appendFileSync(fileOf(bucket), waiting.lines.join(''));
    waiting.lines = [];
    waiting.length = 0;
  };
  const sortedLines = (bucket: number): string[] => {
    flush(bucket);
    if (!existsSync(fileOf(bucket))) return [];
    return readFileSync(fileOf(bucket), 'utf8').split('\n').slice(0, -1).toSorted();
  };

  return {
    add(key, line) {
      // The first bytes decide the bucket, so buckets follow each other in the order of keys.
      const bucket = Math.floor(((((key[0] ?? 0) << 8) | (key[1] ?? 0)) * buckets) / 65_536);
      const waiting = buffered[bucket];
      if (!waiting) return;
      const keyed = `${Buffer.from(key).toString('hex')}${line}\n`;
      waiting.lines.push(keyed);
      waiting.length += keyed.length;
      if (waiting.length >= flushAt) flush(bucket);
    },
    writeSorted(file, onProgress) {
      let written = 0;
      for (let bucket = 0; bucket < buckets; bucket += 1) {
        const lines = sortedLines(bucket);
        writeAll(file, lines.map(line => `${line.slice(KEY_HEX_LENGTH)}\n`).join(''));
        written += lines.length;
        onProgress(written);
      }
      return written;
    },
    close: () => rmSync(scratch, { recursive: true, force: true }),
  };
}

/** A single write may take less than all. */
function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
