import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openJournal, readJournal } from './read-journal.ts';

let file = '';
beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'suffrage-journal-')), 'journal');
});
afterEach(() => rmSync(join(file, '..'), { recursive: true }));

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

test('a journal is read as far as it reached, and a last line that was cut off is left out', async () => {
  writeFileSync(file, `${'{"kind":"intent"}\n'.repeat(2_500)}{"kind":"rec`);
  const journal = openJournal(file);
  appendFileSync(file, 'eipt"}\n');
  const batches = await collect(readJournal(journal));
  expect(batches.map(({ first, lines }) => [first, lines.length])).toEqual([
    [1, 1_000],
    [1_001, 1_000],
    [2_001, 500],
  ]);
});

test('an empty journal has no lines, and one that is not there is an error', async () => {
  writeFileSync(file, '');
  expect(await collect(readJournal(openJournal(file)))).toEqual([]);
  expect(() => openJournal('/none')).toThrow('there is no journal /none');
});
