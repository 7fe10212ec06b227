import { expect, test } from '@jest/globals';
import { arrivals, placeOf, plans, touched } from './plans.ts';

test('the arrivals of a scenario are the area below its rates', () => {
  expect(arrivals(plans.steady.stages({ rate: 200, seconds: 30 }))).toBe(6_000);
  // 0.8 of the time at 55 % on average, 0.2 at all of it.
  expect(arrivals(plans.ramp.stages({ rate: 1_000, seconds: 100 }))).toBe(64_000);
});

test('with three copies in ten, ten casts are seven votes, and a copy follows its vote', () => {
  const places = Array.from({ length: 20 }, (_, cast) => placeOf(cast, 3));
  expect(new Set(places).size).toBe(14);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(touched(20, { copiesInTen: 3, votesPerVoter: 1 })).toEqual({ votes: 14, voters: 14 });
});

test('without copies each cast is the next vote, and voters are as many as the file has in so many votes', () => {
  expect([0, 1, 2].map(cast => placeOf(cast, 0))).toEqual([0, 1, 2]);
  expect(touched(10, { copiesInTen: 0, votesPerVoter: 4 })).toEqual({ votes: 10, voters: 3 });
  expect(touched(0, { copiesInTen: 0, votesPerVoter: 4 })).toEqual({ votes: 0, voters: 0 });
});
