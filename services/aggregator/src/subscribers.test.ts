import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Published } from './newest.ts';
import { type Connection, createSubscribers, HEARTBEAT_MILLIS } from './subscribers.ts';

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

function published(electionId: string, version: number): Published {
  const snapshot = {
    electionId,
    version,
    counted: 0,
    contests: null,
    ingestion: [],
    asOf: '2026-05-07T12:00:00.000Z',
    provisional: true,
  };
  return { snapshot, json: '', event: Buffer.alloc(0) };
}

function reader({ takes }: { takes: boolean }) {
  const versions: number[] = [];
  const calls: string[] = [];
  const connection: Connection = {
    send: ({ snapshot }, flushed) => {
      versions.push(snapshot.version);
      if (takes) flushed();
    },
    beat: () => void calls.push('beat'),
    end: () => void calls.push('end'),
    destroy: () => void calls.push('destroy'),
  };
  return { versions, calls, connection };
}

test('a subscriber gets the newest snapshot at once and then those of its election only', async () => {
  const subscribers = createSubscribers(10);
  const { versions, connection } = reader({ takes: true });
  const leave = subscribers.join('a', 'sse', connection, published('a', 1));
  subscribers.tell(published('b', 7));
  subscribers.tell(published('a', 2));
  await nextTurn();
  leave();
  subscribers.tell(published('a', 3));
  await nextTurn();
  expect(versions).toEqual([1, 2]);
  await subscribers.close();
});

test('subscribers beyond the limit are refused, and a place that is given up is free again', async () => {
  const subscribers = createSubscribers(2);
  const leave = subscribers.join('a', 'sse', reader({ takes: true }).connection, published('a', 1));
  expect(subscribers.isOpen()).toBe(true);
  const leaveToo = subscribers.join('b', 'websocket', reader({ takes: true }).connection, published('b', 1));
  expect(subscribers.isOpen()).toBe(false);
  expect([subscribers.count('sse'), subscribers.count('websocket')]).toEqual([1, 1]);
  leave();
  leave();
  expect(subscribers.isOpen()).toBe(true);
  expect(subscribers.count('sse')).toBe(0);
  leaveToo();
  await subscribers.close();
  expect(subscribers.isOpen()).toBe(false);
});

test('snapshots that come while many are being told reach everybody as the newest one', async () => {
  const subscribers = createSubscribers(5_000);
  const readers = Array.from({ length: 2_000 }, () => reader({ takes: true }));
  const leaves = readers.map(({ connection }) => subscribers.join('a', 'sse', connection, published('a', 0)));
  for (let version = 1; version <= 20; version += 1) subscribers.tell(published('a', version));
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
  expect(readers.every(({ versions }) => versions.at(-1) === 20)).toBe(true);
  // Those late in the walk were never sent what was already old.
  expect(readers.at(-1)?.versions).toEqual([0, 20]);
  for (const leave of leaves) leave();
  await subscribers.close();
});

test('a reader that takes nothing for a minute is disconnected, others get a heartbeat', async () => {
  const subscribers = createSubscribers(10);
  const lively = reader({ takes: true });
  const stuck = reader({ takes: false });
  const leaves = [lively, stuck].map(({ connection }) =>
    subscribers.join('a', 'sse', connection, published('a', 1)),
  );
  jest.advanceTimersByTime(3 * HEARTBEAT_MILLIS);
  expect(stuck.calls).toEqual([]);
  jest.advanceTimersByTime(HEARTBEAT_MILLIS);
  expect(stuck.calls).toEqual(['destroy']);
  expect(lively.calls).toEqual(['beat', 'beat', 'beat', 'beat']);
  for (const leave of leaves) leave();
  await subscribers.close();
});
