import { expect, test } from '@jest/globals';
import { recordOutcomes } from '@suffrage/contracts/results';
import fc from 'fast-check';
import { type Finding, strongestStatus } from './vote-status.ts';

const found = (outcome: Finding['outcome'], code: string | null = null): Finding => ({ outcome, code });

test('a vote has the strongest outcome of its records', () => {
  const order = ['counted', 'superseded', 'older-revision', 'quarantined', 'rejected'] as const;
  fc.assert(
    fc.property(fc.shuffledSubarray([...order], { minLength: 1 }), outcomes => {
      const strongest = order.find(outcome => outcomes.includes(outcome));
      expect(strongestStatus(outcomes.map(outcome => found(outcome)))).toEqual({ status: strongest });
    }),
  );
});

test('a status is told with its code', () => {
  expect(strongestStatus([found('rejected', 'token-invalid')])).toEqual({
    status: 'rejected',
    code: 'token-invalid',
  });
});

test('no record, or only duplicates, is no status', () => {
  expect(strongestStatus([])).toEqual({ status: 'unknown' });
  expect(strongestStatus([found('duplicate')])).toEqual({ status: 'unknown' });
  expect(recordOutcomes).toContain('duplicate');
});
