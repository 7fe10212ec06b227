import { expect, test } from '@jest/globals';
import { pauseAfter } from './backoff.ts';

test('a crowd that is refused at one moment does not come back together', () => {
  for (const [attempt, retryAfterMillis] of [
    [1, 1_000],
    [1, 30_000],
    [8, 0],
    [8, 1_000],
  ] as const) {
    const crowd = Array.from({ length: 10_000 }, (_, place) => place / 10_000);
    const pauses = crowd.map(chance =>
      pauseAfter(attempt, { retryAfterMillis, longestMillis: 30_000, random: () => chance }),
    );
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(retryAfterMillis);
    const busiest = Math.max(...countIn(pauses, 100).values());
    expect(busiest / crowd.length).toBeLessThan(0.2);
  }
});

test('pauses grow to their bound and no further', () => {
  const pause = (attempt: number) =>
    pauseAfter(attempt, { retryAfterMillis: 0, longestMillis: 5_000, random: () => 1 });
  expect([1, 2, 3, 10, 1_000].map(pause)).toEqual([200, 400, 800, 5_000, 5_000]);
});

function countIn(values: readonly number[], width: number): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) {
    const place = Math.floor(value / width);
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  return counts;
}
