import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { measureCommits, openWriter } from './commit-latency.ts';
import { type Installation, startDatabases } from './databases.ts';
import { measureReplica } from './replica-delay.ts';
import { syntheticBatches } from './synthetic-batches.ts';

let directory: string;
let installation: Installation;
const batches = syntheticBatches();

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'suffrage-bench-db-'));
  installation = await startDatabases(directory);
}, 120_000);

afterAll(async () => {
  await installation.stop();
  await rm(directory, { recursive: true });
});

test('every commit that is timed is on both servers', async () => {
  const writer = await openWriter(installation.openStore('remote_apply', batches.find), batches, 0);
  const plan = { batchVotes: [1, 25], rounds: 2, millisPerTurn: 1 };
  const cells = await measureCommits(new Map([['remote_apply', writer]]), plan, () => undefined);
  const timed = cells.reduce((votes, { batchVotes, commits }) => votes + batchVotes * commits, 0);
  for (const pool of [installation.primary, installation.standby]) {
    const { rows } = await pool.query('select count(*)::int as n from votes');
    // One more for each cell, before it.
    expect(rows).toEqual([{ n: timed + cells.length }]);
  }
}, 60_000);

test('a vote is on the standby at the first look when its commit has waited for that', async () => {
  const writer = await openWriter(installation.openStore('remote_apply', batches.find), batches, 1);
  const other = await openWriter(installation.openStore('remote_apply', batches.find), batches, 2);
  const { primary, standby } = installation;
  const background = { writer: other, votesPerSecond: 2_000 };
  const cell = await measureReplica({
    mode: 'remote_apply',
    writer,
    background,
    primary,
    standby,
    votes: 20,
  });
  expect(cell).toMatchObject({ asked: 20, atOnce: 20 });
}, 60_000);
