import { createHash } from 'node:crypto';
import type { MarkedOptions } from '@suffrage/contracts/selections';

/** What one voter of the roll does on the day. */
export type VoterPlan = {
  /** The identity on the roll. */
  readonly voter: string;
  readonly marked: MarkedOptions;
  /** Asks for a second token, for another vote, and sends the first vote once more. */
  readonly votesTwice: boolean;
  /** A thief votes with the code, so, and the owner comes after. */
  readonly isRobbed: boolean;
  /** Has another code: a thief tries the first one. */
  readonly hasLostCode: boolean;
};

export type DayPlan = {
  /** All voters of the roll, in its order. */
  readonly roll: readonly string[];
  /** Those who vote, in the order in which they do: no order of the roll. */
  readonly voting: readonly VoterPlan[];
};

export type DayNumbers = {
  readonly voters: number;
  readonly voting: number;
  readonly twice: number;
  /** Codes that are no voter's. */
  readonly wrongCodes: number;
  /** Codes of voters who have voted, in other hands. */
  readonly stolenCodes: number;
  /** Voters whose code a thief used before they came. */
  readonly robbed: number;
  /** Codes that another one replaced before they were used. */
  readonly voided: number;
  readonly seed: number;
};

/** Contests of the election, as the ballot has them. */
export const CONTESTS = [
  { id: 'mayor', options: ['ada', 'bea', 'cem', 'dan', 'eve'], maxSelections: 1, minSelections: 1 },
  { id: 'council', options: ['north', 'east', 'south', 'west'], maxSelections: 2, minSelections: 0 },
] as const;

/** One seed gives one day. @throws RangeError when more is planned than there are voters for. */
export function planDay(numbers: DayNumbers): DayPlan {
  const { voters, voting, twice, stolenCodes, robbed, voided, seed } = numbers;
  if (voting > voters || Math.max(twice + robbed, stolenCodes, voided) > voting)
    throw new RangeError('more is planned than there are voters for');
  const roll = Array.from(
    { length: voters },
    (_, place) => `voter-${String(place + 1).padStart(7, '0')}@example.org`,
  );
  const shuffled = roll
    .map(voter => ({ voter, chance: createHash('sha256').update(`${seed}/${voter}`).digest() }))
    .toSorted((a, b) => Buffer.compare(a.chance, b.chance));
  return {
    roll,
    voting: shuffled.slice(0, voting).map(({ voter, chance }, place) => ({
      voter,
      marked: marksOf(chance.subarray(8)),
      votesTwice: place < twice,
      isRobbed: place >= voting - robbed,
      hasLostCode: isAmong(voided, voting, place),
    })),
  };
}

/** Whether a place is one of so many, spread evenly: whoever lost a code comes at any time of the day. */
function isAmong(some: number, all: number, place: number): boolean {
  return Math.floor(((place + 1) * some) / all) > Math.floor((place * some) / all);
}

/** One option of the first contest, up to two of the second; one in sixteen leaves the second blank. */
function marksOf([first = 0, second = 0, third = 0]: Uint8Array): MarkedOptions {
  const [mayor, council] = CONTESTS;
  const chosen = [second, third].map(chance => council.options[chance % council.options.length] ?? '');
  return {
    [mayor.id]: [mayor.options[first % mayor.options.length] ?? ''],
    [council.id]: second < 16 ? [] : [...new Set(chosen)],
  };
}
