import { expect, test } from '@jest/globals';
import { createIngestionMetrics } from '../metrics.ts';
import { createLane, type LaneVote } from './lane.ts';

const vote = (isFollowed: boolean): LaneVote => ({
  electionId: 'e',
  voteId: new Uint8Array(32),
  opensAt: 0,
  closesAt: Number.POSITIVE_INFINITY,
  value: new Uint8Array(100),
  headers: new Map(),
  isFollowed,
});

/** A lane on a clock of its own, which `sleep` moves on; `arrive` says what comes meanwhile. Gives the sizes of its batches. */
async function batchesOf(first: boolean, arrive: (now: number) => readonly boolean[]) {
  let now = 1_000;
  const sizes: number[] = [];
  const lane = createLane({
    topic: 'votes',
    appendBatch: async records => {
      sizes.push(records.length);
      return { status: 'confirmed', partition: 0, offset: 0n };
    },
    issueReceipts: () => [],
    metrics: createIngestionMetrics(),
    clock: () => now,
    sleep: async millis => {
      await Promise.resolve();
      for (const isFollowed of arrive(now - 1_000)) void lane.append(vote(isFollowed));
      now += millis;
    },
  });
  void lane.append(vote(first));
  await lane.drained();
  return sizes;
}

test('the votes of one call are appended together, however long it takes to give them to the lane', async () => {
  const tenMore = (now: number) => (now < 12 ? [true, true] : now === 12 ? [true, false] : []);
  expect(await batchesOf(true, tenMore)).toEqual([11]);
});

test('votes that none follows wait for 3 ms', async () => {
  expect(await batchesOf(false, now => (now < 9 ? [false] : []))).toEqual([2]);
});

test('a call that goes on, or was given up, holds up others for 20 ms', async () => {
  expect(await batchesOf(true, now => (now < 30 ? [true] : []))).toEqual([8]);
  expect(await batchesOf(true, () => [])).toEqual([1]);
});
