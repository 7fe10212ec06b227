import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createLineSorter } from './sort-lines.ts';

test('lines come out in the order of their keys, whatever the number of files between', () => {
  const directory = mkdtempSync(join(tmpdir(), 'suffrage-sort-'));
  const keyed = Array.from({ length: 3_000 }, (_, number) => ({
    key: createHash('sha256').update(String(number)).digest(),
    line: `line ${number}`,
  }));
  const sorted = keyed.toSorted((a, b) => Buffer.compare(a.key, b.key)).map(({ line }) => line);
  for (const expected of [0, 3_000, 900_000, 1_000_000_000]) {
    const sorter = createLineSorter(directory, expected);
    for (const { key, line } of keyed) sorter.add(key, line);
    const path = join(directory, 'sorted');
    const file = openSync(path, 'w');
    expect(sorter.writeSorted(file, () => undefined)).toBe(3_000);
    closeSync(file);
    sorter.close();
    expect(readFileSync(path, 'utf8').split('\n').slice(0, -1)).toEqual(sorted);
    expect(readdirSync(directory)).toEqual(['sorted']);
  }
  rmSync(directory, { recursive: true });
});
