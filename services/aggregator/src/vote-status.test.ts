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
      expect(
        strongestStatus(
          outcomes.map(outcome => found(outcome)),
          true,
        ),
      ).toEqual({ status: strongest });
    }),
  );
});

test('a status is told with its code', () => {
  expect(strongestStatus([found('rejected', 'token-invalid')], true)).toEqual({
    status: 'rejected',
    code: 'token-invalid',
  });
});

test('no record, or only duplicates, is no status', () => {
  expect(strongestStatus([], true)).toEqual({ status: 'unknown' });
  expect(strongestStatus([found('duplicate')], true)).toEqual({ status: 'unknown' });
  expect(recordOutcomes).toContain('duplicate');
});

test('a counted vote is told with its record, unless that would tell the order of casting', () => {
  const record = { partition: 3, offset: '7', castAt: '1778137200123' };
  const finding: Finding = { outcome: 'counted', code: null, record };
  expect(strongestStatus([finding], true)).toEqual({
    status: 'counted',
    record: { partition: 3, offset: 7, castAt: '2026-05-07T07:00:00.123Z' },
  });
  expect(strongestStatus([finding], false)).toEqual({ status: 'counted' });
});
