import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createLog } from '@suffrage/runtime/log';
import { createIngestionMetrics } from '../metrics.ts';
import { type LocalQueue, openLocalQueue } from './local-queue.ts';

const run = promisify(execFile);
/** LevelDB's write buffer is 4 MiB: a disk of this size fills up also while tables are written. */
const DISK_BYTES = 24 * 1024 * 1024;
const VOTE_BYTES = 4_000;

let directory: string;
let disk: string;
let now: number;
let queue: LocalQueue;

const asRoot = process.getuid?.() === 0 ? test : test.skip;

async function open(): Promise<LocalQueue> {
  return openLocalQueue({
    directory: join(disk, 'queue'),
    maxBytes: 2 ** 30,
    topic: 'votes',
    metrics: createIngestionMetrics().localQueue,
    clock: () => now,
    log: createLog('test', 'test', 'silent'),
  });
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'suffrage-full-disk-'));
  disk = join(directory, 'disk');
  now = Date.parse('2026-05-07T12:00:00Z');
  await mkdir(disk);
  if (process.getuid?.() !== 0) return;
  const image = join(directory, 'image');
  await run('truncate', ['-s', String(DISK_BYTES), image]);
  await run('mkfs.ext4', ['-q', '-F', '-m', '0', image]);
  await run('mount', ['-o', 'loop', image, disk]);
});

afterEach(async () => {
  if (process.getuid?.() === 0) {
    await queue.close();
    await run('umount', [disk]);
  }
  await rm(directory, { recursive: true });
});

async function fill(left: number): Promise<void> {
  const { bavail, bsize } = await statfs(disk);
  await run('fallocate', ['-l', String(bavail * bsize - left), join(disk, 'ballast')]);
}

function newVote() {
  const voteId = randomBytes(32);
  return { electionId: 'e', voteId, ballotKey: voteId, revision: 0, value: randomBytes(VOTE_BYTES) };
}
type TestVote = ReturnType<typeof newVote>;

/** Keeps votes until the disk has refused so many. */
async function keepUntilRefused(refusals: number): Promise<{ kept: TestVote[]; refused: TestVote[] }> {
  const kept: TestVote[] = [];
  const refused: TestVote[] = [];
  while (refused.length < refusals) {
    const vote = newVote();
    const isKept = await queue.keep(0, vote).catch(() => false);
    (isKept ? kept : refused).push(vote);
    // Past the pause after a refusal.
    if (!isKept) now += 1_001;
    expect(kept.length).toBeLessThan((2 * DISK_BYTES) / VOTE_BYTES);
  }
  return { kept, refused };
}

const held = async () =>
  new Set((await queue.oldest(0, 100_000)).map(({ record }) => Buffer.from(record).toString('hex')));
const hex = ({ value }: TestVote) => value.toString('hex');

for (const left of [1_048_576, 131_072, 16_384]) {
  asRoot(
    `a disk that is full up to its last ${left} bytes loses no kept vote, and the queue goes on when there is room (needs root)`,
    async () => {
      queue = await open();
      const before = [newVote(), newVote(), newVote()];
      for (const vote of before) expect(await queue.keep(0, vote)).toBe(true);
      await fill(left);
      const { kept } = await keepUntilRefused(5);
      await expect(queue.keep(0, newVote())).rejects.toThrow();
      expect(queue.hasRoom()).toBe(false);
      now += 1_001;
      await rm(join(disk, 'ballast'));
      const after = newVote();
      // Nothing but a read, as the replay does it: no vote comes while there seems to be no room.
      const found = await held();
      for (const vote of [...before, ...kept]) expect(found.has(hex(vote))).toBe(true);
      expect(queue.hasRoom()).toBe(true);
      expect(await queue.keep(0, after)).toBe(true);
      expect((await held()).has(hex(after))).toBe(true);
      await queue.remove(await queue.oldest(0, 100_000));
      await queue.close();
      queue = await open();
      expect(await held()).toEqual(new Set());
    },
    60_000,
  );
}
