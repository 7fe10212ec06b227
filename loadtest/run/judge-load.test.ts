import { expect, test } from '@jest/globals';
import { judgeLoad } from './judge-load.ts';

const plain = { copiesInTen: 0, votesPerVoter: 1 };
const answers = { accepted: 100, local: 0, busy: 0, refused: 0, unknown: 0 };
const k6 = {
  seconds: 5,
  casts: 100,
  dropped: 0,
  answers,
  acknowledgementMillis: undefined,
  resultsAgeMillis: undefined,
  watcherEvents: 0,
  thresholds: [{ name: 'dropped_iterations: count==0', ok: true }],
  cpuSeconds: 1,
};
const totals = {
  records: 100,
  counted: 100,
  superseded: 0,
  olderRevision: 0,
  duplicate: 0,
  rejected: 0,
  rejectedByCode: {},
  quarantined: 0,
  missing: 0,
  notYetProcessed: 0,
  extra: 0,
  different: 0,
};
const report = (counted: number, more: object = {}) => ({
  balances: true,
  votes: { load: counted },
  totals,
  receipts: { journals: 1, supplied: 100, intents: 0, hold: 100 },
  findings: { total: 0, byKind: {}, first: [] },
  ...more,
});
const failures = (checks: ReturnType<typeof judgeLoad>) =>
  checks.filter(({ ok }) => !ok).map(({ what }) => what);

test('a run in which every accepted vote is counted holds', () => {
  expect(failures(judgeLoad(plain, 'load', k6, report(100)))).toEqual([]);
});

test('one accepted vote that is not counted, or one counted that nobody cast, fails the run', () => {
  const what = 'every accepted vote is counted, once for each voter';
  expect(failures(judgeLoad(plain, 'load', k6, report(99)))).toEqual([what]);
  expect(failures(judgeLoad(plain, 'load', k6, report(101)))).toEqual([what]);
});

test('a cast whose outcome is unknown may be counted or not', () => {
  const unsure = { ...k6, answers: { ...answers, accepted: 98, unknown: 2 } };
  for (const counted of [98, 99, 100])
    expect(failures(judgeLoad(plain, 'load', unsure, report(counted)))).toEqual([]);
  expect(failures(judgeLoad(plain, 'load', unsure, report(97)))).toHaveLength(1);
});

test('copies and conflicting votes count once', () => {
  expect(failures(judgeLoad({ copiesInTen: 3, votesPerVoter: 1 }, 'load', k6, report(70)))).toEqual([]);
  expect(failures(judgeLoad({ copiesInTen: 3, votesPerVoter: 1 }, 'load', k6, report(100)))).toHaveLength(1);
  expect(failures(judgeLoad({ copiesInTen: 0, votesPerVoter: 4 }, 'load', k6, report(25)))).toEqual([]);
});

test('a crossed threshold, a missing receipt, a valid vote refused, and an audit that does not balance each fail', () => {
  const crossed = { ...k6, thresholds: [{ name: 'dropped_iterations: count==0', ok: false }] };
  const refused = { ...k6, answers: { ...answers, accepted: 99, refused: 1 } };
  const receipts = { journals: 1, supplied: 100, intents: 0, hold: 99 };
  const finding = { total: 1, byKind: { 'acknowledged-missing': 1 }, first: [] };
  expect(failures(judgeLoad(plain, 'load', crossed, report(100)))).toEqual(['threshold']);
  expect(failures(judgeLoad(plain, 'load', refused, report(99)))).toEqual(['no vote was refused as invalid']);
  expect(
    failures(judgeLoad(plain, 'load', k6, report(100, { balances: false, findings: finding, receipts }))),
  ).toEqual(['receipts hold, and the log has their votes', 'the audit balances']);
});
