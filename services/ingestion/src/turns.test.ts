import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, expect, test } from '@jest/globals';
import { createTurns, type Turns } from './turns.ts';

let now: number;
let gauge: number;
let turns: Turns;
let done: number[];

beforeEach(() => {
  [now, gauge, done] = [0, 0, []];
  turns = createTurns({
    maxWaiting: 4,
    waiting: { set: value => void (gauge = Number(value)) },
    clock: () => now,
  });
});

/** A vote that takes so long to verify. */
async function work(vote: number, millis: number): Promise<void> {
  const turn = turns.next();
  if (turn) await turn;
  now += millis;
  done.push(vote);
}

test('where there is little to do nothing waits', async () => {
  expect(turns.next()).toBeUndefined();
  expect(turns.next()).toBeUndefined();
  expect(gauge).toBe(0);
});

test('votes beyond a turn wait for the next, in order of arrival, and none overtakes them', async () => {
  const works = [1, 2, 3, 4].map(vote => work(vote, 2));
  expect(done).toEqual([1, 2]);
  expect(gauge).toBe(2);
  await nextTurn();
  works.push(work(5, 2));
  await Promise.all(works);
  expect(done).toEqual([1, 2, 3, 4, 5]);
});

test('a turn ends after 4 ms of work, so that what arrives is read between', async () => {
  const works = [1, 2, 3, 4, 5].map(vote => work(vote, 2));
  const seen: number[] = [];
  while (done.length < 5) {
    await nextTurn();
    seen.push(done.length);
  }
  await Promise.all(works);
  for (const [place, count] of seen.entries()) expect(count - (seen[place - 1] ?? 2)).toBeLessThanOrEqual(2);
  expect(gauge).toBe(0);
});

test('it is full when so many wait, and tells when there is room', async () => {
  const works = [1, 2, 3, 4, 5].map(vote => work(vote, 4));
  expect(turns.isFull()).toBe(true);
  let hasRoom = false;
  const told = turns.room()?.then(() => {
    hasRoom = true;
    expect(turns.isFull()).toBe(false);
  });
  await Promise.resolve();
  expect(hasRoom).toBe(false);
  await told;
  expect(turns.room()).toBeUndefined();
  await Promise.all(works);
});

test('a message with many votes lets others have their turn, 25 of its votes apart', async () => {
  const waits = Array.from({ length: 60 }, (_, begun) => begun).filter(
    begun => turns.after(begun) !== undefined,
  );
  expect(waits).toEqual([25, 50]);
  let arrived = false;
  setImmediate(() => {
    arrived = true;
  });
  await turns.after(25);
  expect(arrived).toBe(true);
});
