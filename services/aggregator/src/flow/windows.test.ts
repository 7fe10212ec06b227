import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DELAY_MILLIS, MIN_VOTES, noWindows, readOn, shownAt, type Window } from './windows.ts';

const reading = (at: number, votes: number) => ({
  at,
  intake: [
    { instance: 'ingestion-1', partition: 0, votes },
    { instance: 'ingestion-2', partition: 1, votes: 2 * votes },
  ],
});

test('a window is shown once it holds enough votes and is old enough, whatever came since', () => {
  const quiet = [reading(0, 0), reading(30_000, 3)].reduce(readOn, noWindows);
  expect(shownAt(quiet, 100_000).shown).toBeNull();
  const windows = [reading(35_000, 9), reading(36_000, 40)].reduce(readOn, quiet);
  expect(shownAt(windows, 35_000 + DELAY_MILLIS - 1).shown).toBeNull();
  expect(shownAt(windows, 35_000 + DELAY_MILLIS).shown).toEqual({
    from: 0,
    to: 35_000,
    flows: [
      { instance: 'ingestion-1', partition: 0, votes: 9 },
      { instance: 'ingestion-2', partition: 1, votes: 18 },
    ],
  });
});

test('windows follow each other without overlapping, each with enough votes', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 20_000 }), fc.nat(30)), { maxLength: 60 });
  fc.assert(
    fc.property(steps, gains => {
      let at = 0;
      let votes = 0;
      const readings = gains.map(([millis, gain]) => reading((at += millis), (votes += gain)));
      const { closed } = readings.reduce(readOn, noWindows);
      const sizeOf = ({ flows }: Window) => flows.reduce((sum, flow) => sum + flow.votes, 0);
      for (const [index, window] of closed.entries()) {
        expect(sizeOf(window)).toBeGreaterThanOrEqual(MIN_VOTES);
        const next = closed[index + 1];
        if (next) expect(next.from).toBe(window.to);
      }
    }),
  );
});

test('windows that were shown are forgotten but for the last', () => {
  const windows = [0, 10, 20, 30].map(votes => reading(votes * 1_000, votes)).reduce(readOn, noWindows);
  expect(windows.closed).toHaveLength(3);
  expect(shownAt(windows, 1_000_000).rest.closed).toHaveLength(1);
});
