import { expect, test } from '@jest/globals';
import { planDay } from './plan.ts';

const numbers = {
  voters: 1_000,
  voting: 200,
  twice: 10,
  wrongCodes: 3,
  stolenCodes: 2,
  robbed: 4,
  voided: 7,
  seed: 1,
};

test('a seed gives one day, another seed another one', () => {
  expect(planDay(numbers)).toEqual(planDay(numbers));
  expect(planDay({ ...numbers, seed: 2 }).voting).not.toEqual(planDay(numbers).voting);
});

test('everybody is on the roll and votes once, in another order than the roll’s', () => {
  const { roll, voting } = planDay(numbers);
  const voters = voting.map(({ voter }) => voter);
  expect(new Set(voters).size).toBe(200);
  expect(voters.every(voter => roll.includes(voter))).toBe(true);
  expect(voters).not.toEqual(voters.toSorted());
  expect(voting.filter(({ votesTwice }) => votesTwice)).toHaveLength(10);
  expect(voting.filter(({ isRobbed }) => isRobbed)).toHaveLength(4);
  expect(voting.filter(({ hasLostCode }) => hasLostCode)).toHaveLength(7);
});
