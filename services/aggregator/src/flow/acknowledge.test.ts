import { expect, test } from '@jest/globals';
import { bucketsSince, quantile, readBuckets, sumBuckets } from './acknowledge.ts';

const NAME = 'suffrage_ingestion_acknowledge_seconds';
const metrics = (counts: readonly number[]) =>
  [
    `# TYPE ${NAME} histogram`,
    ...[0.01, 0.1, 1, '+Inf'].map(
      (le, index) => `${NAME}_bucket{le="${le}",service="ingestion"} ${counts[index]}`,
    ),
    `${NAME}_sum{service="ingestion"} 3.5`,
    'suffrage_other_bucket{le="0.01"} 1000',
  ].join('\n');

test('the slowest hundredth of the acknowledgements is told from what came since the last question', () => {
  const before = readBuckets(metrics([100, 100, 100, 100]));
  const now = readBuckets(metrics([190, 199, 200, 200]));
  const since = bucketsSince(before, now);
  expect([...since.values()]).toEqual([90, 99, 100, 100]);
  expect(quantile(0.99, since)).toBeCloseTo(0.1);
  expect(quantile(0.95, since)).toBeCloseTo(0.06);
  expect(quantile(0.99, sumBuckets([since, since]))).toBeCloseTo(0.1);
});

test('a process that is asked for the first time, or was restarted, has no old votes', () => {
  const now = readBuckets(metrics([5, 5, 5, 5]));
  expect(quantile(0.99, bucketsSince(undefined, now))).toBeNull();
  expect([...bucketsSince(readBuckets(metrics([9, 9, 9, 9])), now).values()]).toEqual([5, 5, 5, 5]);
});

test('what is slower than the last bound is said to be as slow as that', () => {
  expect(quantile(0.99, readBuckets(metrics([0, 0, 1, 100])))).toBe(1);
});
