import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { createPace, type Pace } from './pace.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** The times at which rounds came due, in milliseconds from now. */
function follow(pace: Pace): number[] {
  const start = Date.now();
  const due: number[] = [];
  const loop = async () => {
    while (await pace.next()) due.push(Date.now() - start);
  };
  void loop();
  return due;
}

test('without notices a round comes after each interval', async () => {
  const pace = createPace(1000);
  const due = follow(pace);
  await jest.advanceTimersByTimeAsync(3_500);
  pace.stop();
  expect(due).toEqual([1000, 2000, 3000]);
});

test('notices bring the next round forward, but never closer than 100 ms to the last', async () => {
  const pace = createPace(1000);
  const due = follow(pace);
  await jest.advanceTimersByTimeAsync(400);
  pace.wake();
  await jest.advanceTimersByTimeAsync(30);
  pace.wake();
  pace.wake();
  await jest.advanceTimersByTimeAsync(1_500);
  pace.stop();
  expect(due).toEqual([400, 500, 1500]);
});

test('a notice that comes during a round is not lost', async () => {
  const pace = createPace(1000);
  pace.wake();
  const due = follow(pace);
  await jest.advanceTimersByTimeAsync(150);
  pace.stop();
  expect(due).toEqual([100]);
});

test('a pace that is stopped ends its loop at once', async () => {
  const pace = createPace(60_000);
  const next = pace.next();
  await jest.advanceTimersByTimeAsync(200);
  pace.stop();
  await expect(next).resolves.toBe(false);
  await expect(pace.next()).resolves.toBe(false);
});
