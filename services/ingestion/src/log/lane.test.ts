import { expect, test } from '@jest/globals';
import { createIngestionMetrics } from '../metrics.ts';
import { type OpenCall, createLane, type LaneVote } from './lane.ts';

const OPEN = { isOpen: true };
const BEGIN = 1_000;

type Arrival = { readonly call?: OpenCall; readonly closesAt?: number };

const vote = ({ call, closesAt = Number.POSITIVE_INFINITY }: Arrival): LaneVote => ({
  electionId: 'e',
  voteId: new Uint8Array(32),
  opensAt: 0,
  closesAt,
  value: new Uint8Array(100),
  headers: new Map(),
  call,
});

/** The batches of a lane whose `sleep` takes no time; `arrive` says what comes meanwhile. For each its size and how long the first vote waited. */
async function batchesOf(first: Arrival, arrive: (millis: number) => readonly Arrival[] = () => []) {
  let now = BEGIN;
  const batches: [size: number, millis: number][] = [];
  const lane = createLane({
    topic: 'votes',
    appendBatch: async records => {
      batches.push([records.length, now - BEGIN]);
      return { status: 'confirmed', partition: 0, offset: 0n };
    },
    issueReceipts: () => [],
    metrics: createIngestionMetrics(),
    clock: () => now,
    sleep: async millis => {
      await Promise.resolve();
      for (const arrival of arrive(now - BEGIN)) void lane.append(vote(arrival));
      now += millis;
    },
  });
  void lane.append(vote(first));
  await lane.drained();
  return batches;
}

test('the votes of a call are appended together, as soon as it has given them all', async () => {
  const call = { isOpen: true };
  const arrive = (millis: number) => {
    call.isOpen = millis < 9;
    return [{ call }, { call }];
  };
  expect(await batchesOf({ call }, arrive)).toEqual([[9, 12]]);
});

test('a lane that gets none of the last votes of a call does not wait for them', async () => {
  const call = { isOpen: true };
  const arrive = (millis: number) => {
    call.isOpen = millis < 3;
    return [];
  };
  expect(await batchesOf({ call }, arrive)).toEqual([[1, 6]]);
});

test('votes that came with no call wait for 3 ms', async () => {
  expect(await batchesOf({}, millis => (millis < 9 ? [{}] : []))).toEqual([[2, 3]]);
});

test('a call that goes on holds up others for 21 ms', async () => {
  expect(await batchesOf({}, millis => (millis < 30 ? [{ call: OPEN }] : []))).toEqual([[8, 21]]);
});

test('nobody misses the closing of an election for the sake of a call', async () => {
  const arrive = (millis: number) => (millis < 30 ? [{ call: OPEN }] : []);
  expect(await batchesOf({ closesAt: BEGIN + 15 }, arrive)).toEqual([[2, 3]]);
});
