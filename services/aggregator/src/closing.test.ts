import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { closingOverdueMillis, hasReached, isSettled, isToBeClosed, SETTLE_MILLIS } from './closing.ts';

const at = (partition: number, nextOffset: number, topic = 'votes') => ({
  topic,
  partition,
  nextOffset,
  requeued: 0,
});

test('an election is to be closed when topic elections was read to its end 20 s after closesAt', () => {
  const election = { closed: false, closesAt: 1_000_000 };
  expect(isToBeClosed(election, Number.NEGATIVE_INFINITY)).toBe(false);
  expect(isToBeClosed(election, 1_000_000 + SETTLE_MILLIS - 1)).toBe(false);
  expect(isToBeClosed(election, 1_000_000 + SETTLE_MILLIS)).toBe(true);
  expect(isToBeClosed({ ...election, closed: true }, 1_000_000 + SETTLE_MILLIS)).toBe(false);
});

test('a closing is overdue from 20 s after closesAt until it is published', () => {
  const election = { closed: false, closesAt: 1_000_000 };
  expect(closingOverdueMillis([], 9_000_000)).toBe(0);
  expect(closingOverdueMillis([election], 1_000_000 + SETTLE_MILLIS)).toBe(0);
  expect(closingOverdueMillis([election], 1_000_000 + SETTLE_MILLIS + 7)).toBe(7);
  expect(closingOverdueMillis([{ ...election, closed: true }], 9_000_000)).toBe(0);
});

test('the ends are reached when no partition is behind, and not a record earlier', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 50 }), { minLength: 1 }), fc.nat(), (ends, seed) => {
      const reached = ends.map((end, partition) => at(partition, end));
      expect(hasReached(ends, reached, 'votes')).toBe(true);
      const behind = seed % ends.length;
      const late = reached.map(row => (row.partition === behind ? at(behind, row.nextOffset - 1) : row));
      expect(hasReached(ends, late, 'votes')).toBe((ends[behind] ?? 0) === 0);
    }),
  );
});

test('a partition without a row has not begun, and the rows of another topic do not count', () => {
  expect(hasReached([0, 0], [], 'votes')).toBe(true);
  expect(hasReached([0, 1], [at(0, 5)], 'votes')).toBe(false);
  expect(hasReached([1], [at(0, 5, 'votes-of-last-year')], 'votes')).toBe(false);
});

test('the end of a partition with one in-sync replica of several is not relied on', () => {
  expect(isSettled({ partitionId: 0, replicas: [1, 2, 3], isr: [1] })).toBe(false);
  expect(isSettled({ partitionId: 0, replicas: [1, 2, 3], isr: [1, 3] })).toBe(true);
  expect(isSettled({ partitionId: 0, replicas: [1], isr: [1] })).toBe(true);
});
