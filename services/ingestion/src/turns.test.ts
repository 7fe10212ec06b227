import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
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
  const works = [1, 2, 3, 4].map(vote => work(vote, 1));
  expect(done).toEqual([1, 2]);
  expect(gauge).toBe(2);
  await nextTurn();
  works.push(work(5, 1));
  await Promise.all(works);
  expect(done).toEqual([1, 2, 3, 4, 5]);
});

test('a turn ends after 1.5 ms of work, so that what arrives is read between', async () => {
  const works = [1, 2, 3, 4, 5].map(vote => work(vote, 1));
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

test('a burst may wait, a queue that lasts is cut to a fifth', async () => {
  turns = createTurns({ maxWaiting: 10, waiting: { set: () => undefined }, clock: () => now });
  const burst = Array.from({ length: 10 }, (_, vote) => work(vote, 2));
  expect(turns.isFull()).toBe(false);
  burst.push(work(10, 2));
  expect(turns.isFull()).toBe(true);
  now += 100;
  while (done.length < 8) await nextTurn();
  expect(turns.isFull()).toBe(true);
  await Promise.all(burst);
  await nextTurn();
  const next = Array.from({ length: 10 }, (_, vote) => work(vote, 2));
  expect(turns.isFull()).toBe(false);
  await Promise.all(next);
});

test('connections that come while votes wait are taken first, for 3 ms between two turns of votes', async () => {
  const works = [1, 2, 3].map(vote => work(vote, 2));
  const seen: number[] = [];
  for (let taken = 0; taken < 8; taken += 1) {
    turns.connected();
    now += 0.5;
    await nextTurn();
    seen.push(done.length);
  }
  expect(seen).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
  await Promise.all(works);
});

test('messages of many votes add none to those that wait before these had their turn, and all go on', async () => {
  const longest: number[] = [];
  turns = createTurns({
    maxWaiting: 1_000,
    waiting: { set: value => void longest.push(Number(value)) },
    clock: () => now,
  });
  const message = async () => {
    const works: Promise<void>[] = [];
    for (let begun = 0; begun < 200; begun += 1) {
      await turns.after(begun);
      works.push(work(begun, 0.1));
    }
    await Promise.all(works);
  };
  const messages = [message(), message(), message()];
  for (let taken = 0; taken < 100; taken += 1) {
    turns.connected();
    await nextTurn();
  }
  await Promise.all(messages);
  expect(done.length).toBe(600);
  expect(Math.max(...longest)).toBeLessThanOrEqual(75);
});

test('callers who come all at once are let in although votes never stop waiting', async () => {
  turns = createTurns({ maxWaiting: 100, waiting: { set: () => undefined } });
  const callers = 300;
  let [votes, taken] = [0, 0];
  const server = createServer(() => {
    turns.connected();
    taken += 1;
  });
  await once(server.listen(0, '127.0.0.1', 2 * callers), 'listening');
  const { port } = server.address() as AddressInfo;
  const sockets = Array.from({ length: callers }, () => connect(port, '127.0.0.1'));
  const castOneAfterAnother = async () => {
    while (taken < callers) {
      await turns.next();
      votes += 1;
      for (const begun = performance.now(); performance.now() - begun < 0.5; );
    }
  };
  await Promise.all(Array.from({ length: 20 }, castOneAfterAnother));
  // A turn of some four votes for each caller would be four times as many.
  expect(votes).toBeLessThan(callers);
  for (const socket of sockets) socket.destroy();
  server.close();
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
