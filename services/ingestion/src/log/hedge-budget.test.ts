import { expect, test } from '@jest/globals';
import { createHedgeBudget } from './hedge-budget.ts';

test('the first stall of a partition is always hedged, further ones only within 5 % of recent batches', () => {
  const budget = createHedgeBudget();
  for (let i = 0; i < 100; i += 1) budget.countBatch(1_000);
  expect(budget.take(0, 1_001)).toBe(true);
  expect([1, 2, 3, 4, 5].map(() => budget.take(0, 1_002))).toEqual([true, true, true, true, false]);
  expect(budget.take(1, 1_003)).toBe(true);
});

test('a partition that has recovered may have a first stall again', () => {
  const budget = createHedgeBudget();
  expect(budget.take(0, 1_000)).toBe(true);
  expect(budget.take(0, 1_001)).toBe(false);
  budget.recovered(0);
  expect(budget.take(0, 1_002)).toBe(true);
});

test('only the last ten seconds count', () => {
  const budget = createHedgeBudget();
  for (let i = 0; i < 40; i += 1) budget.countBatch(1_000);
  expect(budget.take(0, 1_000)).toBe(true);
  expect(budget.take(0, 1_000)).toBe(true);
  expect(budget.take(0, 12_000)).toBe(false);
});
