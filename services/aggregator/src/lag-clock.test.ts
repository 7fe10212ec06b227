import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createLagClock } from './lag-clock.ts';

test('the lag is the time since the end of the log passed the position, and 0 when nothing is behind', () => {
  const clock = createLagClock();
  clock.see(10, 1_000);
  clock.see(20, 3_000);
  clock.see(20, 5_000);
  clock.see(30, 7_000);
  expect(clock.lagMillis(0, 9_000)).toBe(8_000);
  expect(clock.lagMillis(10, 9_000)).toBe(6_000);
  expect(clock.lagMillis(29, 9_000)).toBe(2_000);
  expect(clock.lagMillis(30, 9_000)).toBe(0);
  clock.see(31, 10_000);
  expect(clock.lagMillis(30, 10_500)).toBe(500);
});

test('a position that goes back, as after a database was restored, shows the time that is still known', () => {
  const clock = createLagClock();
  clock.see(10, 1_000);
  clock.see(20, 2_000);
  expect(clock.lagMillis(20, 3_000)).toBe(0);
  expect(clock.lagMillis(5, 3_000)).toBe(1_000);
});

test('however long nothing is accounted for, the lag of the oldest record stays exact and memory bounded', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20_000 }), rounds => {
      const clock = createLagClock();
      for (let round = 1; round <= rounds; round += 1) clock.see(round * 5, round * 2_000);
      const now = rounds * 2_000 + 100;
      expect(clock.lagMillis(0, now)).toBe(now - 2_000);
    }),
    { numRuns: 20 },
  );
});
