import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { instantsAt, localTimeOf } from './local-time.ts';

test('a wall time is one instant as a rule, none in a skipped hour, two in a repeated one', () => {
  expect(instantsAt('2026-05-07T07:00', 'Europe/London')).toEqual(['2026-05-07T06:00:00.000Z']);
  expect(instantsAt('2026-03-29T01:30', 'Europe/London')).toEqual([]);
  expect(instantsAt('2026-03-29T02:00', 'Europe/London')).toEqual(['2026-03-29T01:00:00.000Z']);
  expect(instantsAt('2026-10-25T01:30', 'Europe/London')).toEqual([
    '2026-10-25T00:30:00.000Z',
    '2026-10-25T01:30:00.000Z',
  ]);
  // Half an hour only, and a whole day that a country left out.
  expect(instantsAt('2026-10-04T02:15', 'Australia/Lord_Howe')).toEqual([]);
  expect(instantsAt('2011-12-30T12:00', 'Pacific/Apia')).toEqual([]);
  expect(instantsAt('2026-10-25T01:30', 'UTC')).toHaveLength(1);
});

test('what is no wall time, or no zone, is refused', () => {
  for (const local of ['2026-02-30T10:00', '2026-03-29', '2026-03-29T01:30Z', '2026-03-29T25:00', 'noon'])
    expect(() => instantsAt(local, 'Europe/London')).toThrow(RangeError);
  expect(() => instantsAt('2026-03-29T10:00', 'Mars/Olympus')).toThrow(RangeError);
});

test('an instant in a skipped or repeated hour is shown as clocks show it, with its offset', () => {
  expect(localTimeOf('2026-03-29T01:30:00.000Z', 'Europe/London')).toBe('2026-03-29T02:30:00+01:00');
  expect(localTimeOf('2026-10-25T00:30:00Z', 'Europe/London')).toBe('2026-10-25T01:30:00+01:00');
  expect(localTimeOf('2026-10-25T01:30:00Z', 'Europe/London')).toBe('2026-10-25T01:30:00+00:00');
});

test('every instant is among those of the time that it shows', () => {
  const zones = fc.constantFrom('Europe/Berlin', 'America/St_Johns', 'Asia/Kathmandu', 'Africa/Casablanca');
  const seconds = fc.integer({ min: Date.UTC(2020) / 1000, max: Date.UTC(2035) / 1000 });
  fc.assert(
    fc.property(seconds, zones, (second, zone) => {
      const instant = new Date(second * 1000).toISOString();
      expect(instantsAt(localTimeOf(instant, zone).slice(0, 19), zone)).toContain(instant);
    }),
  );
});
