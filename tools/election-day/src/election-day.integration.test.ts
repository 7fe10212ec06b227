import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { holdDay } from './hold-day.ts';

const dataDirectory = mkdtempSync(join(tmpdir(), 'suffrage-election-day-'));
afterAll(() => rmSync(dataDirectory, { recursive: true, force: true }));

test('a secret election, from the roll to the recount, balances and links no voter with a vote', async () => {
  const { checks } = await holdDay({
    voters: 2_000,
    voting: 600,
    twice: 20,
    wrongCodes: 5,
    stolenCodes: 5,
    robbed: 5,
    voided: 5,
    seed: 1,
    dataDirectory,
    brokers: 1,
    say: () => undefined,
    onVotes: () => undefined,
  });
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(checks.length).toBeGreaterThan(20);
}, 400_000);
