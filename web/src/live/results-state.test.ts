import { expect, test } from '@jest/globals';
import { snapshot as testSnapshot } from '../../test/edinburgh.ts';
import type { Snapshot } from '../api/schemas.ts';
import {
  initialResults,
  type Mark,
  pacePerSecond,
  paceSeries,
  type ResultsEvent,
  type ResultsState,
  reduceResults,
} from './results-state.ts';

const snapshot = (version: number, changes: Partial<Snapshot> = {}): Snapshot => ({
  ...testSnapshot({ version, asOf: '2026-05-07T10:00:00.000Z' }),
  ...changes,
});
const arrives = (value: Snapshot, at = 0): ResultsEvent => ({ type: 'snapshot', snapshot: value, at });
const after = (...events: ResultsEvent[]): ResultsState => events.reduce(reduceResults, initialResults);

test('a newer snapshot replaces an older one, whatever the order they arrive in', () => {
  const [one, two] = [snapshot(1), snapshot(2)];
  expect(after(arrives(one), arrives(two)).snapshot).toBe(two);
  const state = after(arrives(two));
  expect(reduceResults(state, arrives(one))).toBe(state);
});

test('copies of one version are ordered by when the tallies were read: official totals stay official', () => {
  const provisional = snapshot(7);
  const official = snapshot(7, { provisional: false, asOf: '2026-05-07T10:00:05.000Z' });
  expect(after(arrives(official), arrives(provisional)).snapshot).toBe(official);
  expect(after(arrives(provisional), arrives(official)).snapshot).toBe(official);
});

test('an ingestion instance gains what its newest snapshot has more, and keeps it while nothing comes', () => {
  const intake = (first: number, second: number) => [
    { instance: 'ingestion-2', votes: second },
    { instance: 'ingestion-1', votes: first },
  ];
  const opened = after(arrives(snapshot(1, { ingestion: intake(100, 90) }), 1_000));
  expect(opened.intake).toEqual([
    { instance: 'ingestion-1', votes: 100, gained: 0, gainedAt: null },
    { instance: 'ingestion-2', votes: 90, gained: 0, gainedAt: null },
  ]);
  const later = [snapshot(2, { ingestion: intake(137, 90) }), snapshot(3, { ingestion: intake(137, 90) })];
  const state = reduceResults(reduceResults(opened, arrives(later[0]!, 2_000)), arrives(later[1]!, 3_000));
  expect(state.intake).toEqual([
    { instance: 'ingestion-1', votes: 137, gained: 37, gainedAt: 2_000 },
    { instance: 'ingestion-2', votes: 90, gained: 0, gainedAt: null },
  ]);
});

test('all votes of an instance that appears while the page is open are new', () => {
  const state = after(
    arrives(snapshot(1, { ingestion: [] }), 0),
    arrives(
      snapshot(2, {
        ingestion: [
          { instance: 'ingestion-10', votes: 4 },
          { instance: 'ingestion-9', votes: 3 },
        ],
      }),
      5,
    ),
  );
  expect(state.intake.map(({ instance, gained }) => [instance, gained])).toEqual([
    ['ingestion-9', 3],
    ['ingestion-10', 4],
  ]);
});

test('results that were unknown are forgotten to be so when they come', () => {
  expect(after({ type: 'unknown' }).problem).toBe('unknown');
  expect(after({ type: 'unknown' }, arrives(snapshot(1))).problem).toBeNull();
});

const marks: Mark[] = [0, 3, 6, 9, 12, 15].map(second => ({ at: second * 1_000, counted: second * 20 }));

test('the pace is that of the last 10 s, and unknown at first', () => {
  expect(pacePerSecond([], 500)).toBeNull();
  expect(pacePerSecond(marks.slice(0, 1), 1_500)).toBeNull();
  expect(pacePerSecond(marks.slice(0, 3), 6_000)).toBe(20);
  expect(pacePerSecond(marks, 15_000)).toBe((300 - 60) / 10);
  expect(pacePerSecond(marks, 60_000)).toBe(0);
});

test('the course of the pace has one value per 3 s, at most a minute of them', () => {
  expect(paceSeries([], 9_000)).toEqual([]);
  expect(paceSeries(marks, 9_900)).toEqual([20, 20, 20]);
  expect(paceSeries(marks, 21_000).slice(-3)).toEqual([20, 0, 0]);
  expect(paceSeries(marks, 600_000)).toHaveLength(20);
});
