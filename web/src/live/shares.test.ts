import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Contest } from '../api/schemas.ts';
import { axisFor, countBlank, rankOptions } from './shares.ts';

const contest = (ids: string, changes: Partial<Contest> = {}): Contest => ({
  id: 'mayor',
  title: { en: 'Mayor' },
  minSelections: 0,
  maxSelections: 1,
  options: ids.split('').map(id => ({ id, title: { en: id.toUpperCase() } })),
  ...changes,
});

const tally = (votes: Record<string, number>) => ({
  id: 'mayor',
  options: Object.entries(votes).map(([id, count]) => ({ id, votes: count })),
});

const rank = (votes: Record<string, number> | undefined, counted: number) =>
  rankOptions(contest('abcd'), votes && tally(votes), counted, ['en']);

test('most votes come first; options with as many votes stay in ballot order', () => {
  const rows = rank({ d: 5, c: 5, b: 9, a: 0 }, 20);
  expect(rows.map(({ title, votes, share }) => [title, votes, share])).toEqual([
    ['B', 9, 0.45],
    ['C', 5, 0.25],
    ['D', 5, 0.25],
    ['A', 0, 0],
  ]);
});

test('one option is ahead, several with most votes are level, and with no vote nobody is', () => {
  const standings = (votes: Record<string, number>) => rank(votes, 20).map(({ standing }) => standing);
  expect(standings({ a: 3, b: 9, c: 1, d: 0 })).toEqual(['ahead', null, null, null]);
  expect(standings({ a: 9, b: 9, c: 1, d: 0 })).toEqual(['level', 'level', null, null]);
  expect(standings({ a: 0, b: 0, c: 0, d: 0 })).toEqual([null, null, null, null]);
});

test('before the first vote, and for a contest the snapshot does not have, there are zeros', () => {
  for (const rows of [rank({ a: 0 }, 0), rank(undefined, 12)]) {
    expect(rows.map(({ votes, share }) => [votes, share])).toEqual(Array.from({ length: 4 }, () => [0, 0]));
  }
});

test('votes that marked nothing are told where a vote marks one option or none', () => {
  const rows = rank({ a: 3, b: 4 }, 10);
  expect(countBlank(contest('abcd'), rows, 10)).toBe(3);
  expect(countBlank(contest('abcd', { minSelections: 1 }), rows, 10)).toBeNull();
  expect(countBlank(contest('abcd', { maxSelections: 2 }), rows, 10)).toBeNull();
});

test.each([
  [0, 0.1, 5],
  [0.1, 0.1, 5],
  [0.275, 0.3, 3],
  [0.3, 0.3, 3],
  [0.51, 0.6, 3],
  [0.99, 1, 5],
  [1, 1, 5],
])('an axis for %d ends at %d after %d steps', (share, end, steps) => {
  const axis = axisFor(share);
  expect(axis.end).toBeCloseTo(end, 10);
  expect(axis.steps).toBe(steps);
});

test('every share fits on its axis, which has round steps and does not go beyond 100 %', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), share => {
      const { end, steps } = axisFor(share);
      expect(end).toBeGreaterThanOrEqual(share - 1e-9);
      expect(end).toBeLessThanOrEqual(1 + 1e-9);
      expect(steps).toBeLessThanOrEqual(5);
      const percentPerStep = (100 * end) / steps;
      expect(percentPerStep).toBeCloseTo(Math.round(percentPerStep), 6);
    }),
  );
});
