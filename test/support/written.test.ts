import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { afterEach, expect, test } from '@jest/globals';
import { keep, keepWritten, plant, WRITTEN_DIRECTORY } from './written.ts';

afterEach(async () => {
  const directory = process.env[WRITTEN_DIRECTORY];
  delete process.env[WRITTEN_DIRECTORY];
  if (directory) await rm(directory, { recursive: true, force: true });
});

test.each(['log', 'metrics', 'spans', 'topics'])('a secret in the %s of a run fails it', async what => {
  const search = await keepWritten();
  const salt = randomBytes(32);
  plant(salt);
  keep(what, `nothing here\n${JSON.stringify({ value: salt.toString('hex') })}`);
  await expect(search()).rejects.toThrow(new RegExp(`/${what}-.*:2 a planted secret$`));
});

test('a run without one leaves nothing behind', async () => {
  const search = await keepWritten();
  plant(randomBytes(32));
  keep('spans', randomBytes(32).toString('hex'));
  const directory = process.env[WRITTEN_DIRECTORY] ?? '';
  expect(await readdir(directory)).toHaveLength(2);
  await search();
  await expect(readdir(directory)).rejects.toThrow('ENOENT');
});

test('outside such a run nothing is kept', () => {
  plant(randomBytes(32));
  keep('spans', 'a text');
  expect(process.env[WRITTEN_DIRECTORY]).toBeUndefined();
});
