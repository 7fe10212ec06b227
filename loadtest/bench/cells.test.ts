import { expect, test } from '@jest/globals';
import { RATE, ROUNDS, SECONDS, VOTES } from './cells.ts';
import { efficiencyVotes } from './efficiency.ts';

test.each([
  ['quick', 'secret'],
  ['quick', 'pseudonymous'],
  ['full', 'secret'],
  ['full', 'pseudonymous'],
] as const)('there are enough votes for the efficiency of a %s run, %s', (extent, mode) => {
  const needed = efficiencyVotes({ rate: RATE, rounds: ROUNDS[extent][mode] }, SECONDS);
  expect(needed).toBeGreaterThan(RATE * SECONDS);
  expect(needed).toBeLessThanOrEqual(VOTES[extent][mode]);
});
