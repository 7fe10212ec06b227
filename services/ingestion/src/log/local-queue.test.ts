import { randomBytes } from 'node:crypto';
import { readdir, stat, truncate } from 'node:fs/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { toBase64url } from '@suffrage/contracts/bytes';
import { createLog } from '@suffrage/runtime/log';
import { ClassicLevel } from 'classic-level';
import { createIngestionMetrics } from '../metrics.ts';
import { type LocalQueue, openLocalQueue } from './local-queue.ts';
import type { Operation, OpenDatabase } from './queue-store.ts';

const log = createLog('test', 'test', 'silent');
const DAY_MILLIS = 86_400_000;
let directory: string;
let now: number;
const opened: LocalQueue[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'suffrage-queue-'));
  now = Date.parse('2026-05-07T12:00:00Z');
});

afterEach(async () => {
  for (const queue of opened.splice(0)) await queue.close();
  await rm(directory, { recursive: true });
});

type Options = { maxBytes?: number; topic?: string; directory?: string; openDatabase?: OpenDatabase };

async function open(options: Options = {}) {
  const metrics = createIngestionMetrics();
  const queue = await openLocalQueue({
    directory,
    maxBytes: 1_000_000,
    topic: 'votes',
    metrics: metrics.localQueue,
    clock: () => now,
    log,
    ...options,
  });
  opened.push(queue);
  return Object.assign(queue, {
    measured: async (name: string) => {
      await queue.report();
      return (await metrics.registry.getSingleMetric(`suffrage_ingestion_local_queue_${name}`)?.get())
        ?.values[0]?.value;
    },
  });
}

async function reopen(queue: LocalQueue, options: Parameters<typeof open>[0] = {}) {
  await queue.close();
  opened.splice(opened.indexOf(queue), 1);
  return open(options);
}

function newVote(value = randomBytes(500)) {
  const voteId = randomBytes(32);
  return { electionId: 'e', voteId, ballotKey: voteId, revision: 0, value };
}
const text = ({ voteId }: { voteId: Uint8Array }) => toBase64url(voteId);
const records = async (queue: LocalQueue, shard = 0) =>
  (await queue.oldest(shard, 1_000)).map(({ record }) => Buffer.from(record).toString('hex'));
const hex = (votes: { value: Buffer }[]) => votes.map(({ value }) => value.toString('hex'));

test('what was kept is there after a restart, in its order, each shard for itself', async () => {
  const votes = Array.from({ length: 50 }, () => newVote());
  let queue = await open();
  for (const [place, vote] of votes.entries()) await queue.keep(place % 2, vote);
  queue = await reopen(queue);
  const later = newVote();
  await queue.keep(0, later);
  const even = votes.filter((_, place) => place % 2 === 0);
  expect(await records(queue)).toEqual(hex([...even, later]));
  expect(await records(queue, 1)).toEqual(hex(votes.filter((_, place) => place % 2 === 1)));
  expect(queue.shards()).toEqual([0, 1]);
  expect(await queue.oldest(0, 3)).toHaveLength(3);
});

test('depth, bytes and age are the same after a restart, and zero when all has left', async () => {
  let queue = await open();
  await queue.keep(0, newVote());
  now += 5_000;
  await queue.keep(1, newVote());
  const bytes = await queue.measured('bytes');
  queue = await reopen(queue);
  expect(await queue.measured('held_votes')).toBe(2);
  expect(await queue.measured('bytes')).toBe(bytes);
  expect(await queue.measured('oldest_seconds')).toBe(5);
  for (const shard of [0, 1]) await queue.remove(await queue.oldest(shard, 10));
  expect(await queue.measured('held_votes')).toBe(0);
  expect(await queue.measured('bytes')).toBe(0);
  expect(await queue.measured('oldest_seconds')).toBe(0);
});

test('a vote that is held is not written again', async () => {
  const queue = await open();
  const vote = newVote();
  for (let i = 0; i < 5; i += 1) expect(await queue.keep(0, vote)).toBe(true);
  expect(await queue.measured('held_votes')).toBe(1);
});

test('a vote that a refused write has left there is called kept only when that is on the disk', async () => {
  let refuses = false;
  const synced: Operation[][] = [];
  /** LevelDB on a disk that takes a write, and refuses to sync it. */
  const openDatabase: OpenDatabase = async path => {
    const db = new ClassicLevel<string, Buffer>(path, { valueEncoding: 'buffer' });
    const batch = db.batch.bind(db);
    return Object.assign(db, {
      batch: async (operations: Operation[], options: { readonly sync: boolean }) => {
        await batch(operations, options);
        if (refuses) throw new Error('the disk refuses');
        if (options.sync) synced.push(operations);
      },
    });
  };
  const queue = await open({ openDatabase });
  const vote = newVote();
  refuses = true;
  await expect(queue.keep(0, vote)).rejects.toThrow('the disk refuses');
  now += 1_001;
  await expect(queue.keep(0, vote)).rejects.toThrow('the disk refuses');
  refuses = false;
  now += 1_001;
  const before = synced.length;
  expect(await queue.keep(0, vote)).toBe(true);
  expect(synced.length).toBeGreaterThan(before);
  expect(await records(queue)).toHaveLength(1);
});

test('a full queue takes nothing more and says so; what has left makes room', async () => {
  const queue = await open({ maxBytes: 85_000 });
  const answers = await Promise.all(Array.from({ length: 100 }, () => queue.keep(0, newVote())));
  const kept = answers.filter(Boolean).length;
  expect(kept).toBeGreaterThan(10);
  expect(kept).toBeLessThan(40);
  expect(await queue.measured('bytes')).toBeLessThanOrEqual(85_000);
  expect(await records(queue)).toHaveLength(kept);
  await queue.remove(await queue.oldest(0, 5));
  expect(await queue.keep(0, newVote())).toBe(true);
});

test('a vote that leaves on two ways at the same time is counted out once', async () => {
  const queue = await open();
  const [first, second] = [newVote(), newVote()];
  await queue.keep(0, first);
  await queue.keep(0, second);
  const held = await queue.oldest(0, 10);
  await Promise.all([queue.remove(held), queue.removeByIdentity(first), queue.remove(held)]);
  await queue.removeByIdentity(second);
  expect(await queue.measured('held_votes')).toBe(0);
  expect(await queue.measured('bytes')).toBe(0);
});

test('votes that a refused write has removed all the same are counted out once', async () => {
  let refuses = false;
  let left: Operation[] = [];
  /** LevelDB on a disk that refuses to sync: what was written is seen only when the database is opened again. */
  const openDatabase: OpenDatabase = async path => {
    const db = new ClassicLevel<string, Buffer>(path, { valueEncoding: 'buffer' });
    const [batch, openAgain] = [db.batch.bind(db), db.open.bind(db)];
    return Object.assign(db, {
      batch: async (operations: Operation[], sync: { readonly sync: boolean }) => {
        if (!refuses) return batch(operations, sync);
        left = operations;
        throw new Error('the disk refuses');
      },
      open: async () => {
        await openAgain();
        await batch(left.splice(0), { sync: true });
      },
    });
  };
  const queue = await open({ openDatabase });
  for (let votes = 0; votes < 6; votes += 1) await queue.keep(0, newVote());
  const bytes = await queue.measured('bytes');
  const replayed = await queue.oldest(0, 3);
  refuses = true;
  await expect(queue.remove(replayed)).rejects.toThrow('the disk refuses');
  refuses = false;
  now += 1_001;
  await queue.remove(replayed);
  expect(await records(queue)).toHaveLength(3);
  expect(await queue.measured('held_votes')).toBe(3);
  expect(await queue.measured('bytes')).toBe(Number(bytes) / 2);
  expect(await queue.keep(0, newVote())).toBe(true);
  expect(await queue.measured('held_votes')).toBe(4);
});

test('it tells what it holds and, for a week, what has expired', async () => {
  let queue = await open();
  const [held, expired] = [newVote(), newVote()];
  await queue.keep(0, expired);
  await queue.expire(await queue.oldest(0, 1));
  await queue.keep(0, held);
  expect(await queue.find('e', text(held))).toBe('accepted-local');
  expect(await queue.find('e', text(expired))).toBe('expired-local');
  expect(await queue.find('other', text(held))).toBeUndefined();
  expect(await records(queue)).toEqual(hex([held]));
  now += 6 * DAY_MILLIS;
  queue = await reopen(queue);
  expect(await queue.find('e', text(expired))).toBe('expired-local');
  now += 2 * DAY_MILLIS;
  queue = await reopen(queue);
  expect(await queue.find('e', text(expired))).toBeUndefined();
  expect(await queue.find('e', text(held))).toBe('accepted-local');
});

test('a second user of the directory is told what to change', async () => {
  await open();
  await expect(open()).rejects.toThrow(
    /in use by another process: give each .*SUFFRAGE_LOCAL_QUEUE_DIRECTORY/,
  );
});

test('votes for one topic are not opened for another', async () => {
  const queue = await open();
  await queue.keep(0, newVote());
  await queue.close();
  opened.pop();
  await expect(open({ topic: 'other.votes' })).rejects.toThrow(
    'holds votes for topic votes, not other.votes',
  );
  expect(await records(await open())).toHaveLength(1);
});

test('nobody else may read the directory, also where it existed before', async () => {
  await open();
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
});

test('a torn last write costs no earlier vote', async () => {
  let queue = await open();
  const votes = Array.from({ length: 10 }, () => newVote());
  for (const vote of votes) await queue.keep(0, vote);
  await queue.close();
  opened.pop();
  const [tail = ''] = (await readdir(directory)).filter(name => name.endsWith('.log'));
  const file = join(directory, tail);
  await truncate(file, (await stat(file)).size - 100);
  queue = await open();
  expect(await records(queue)).toEqual(hex(votes.slice(0, 9)));
});
