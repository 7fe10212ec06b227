import { expect, test } from '@jest/globals';
import { resultsDocumentSchema } from '@suffrage/contracts/official';
import type { AuditReport } from '@suffrage/audit/report';
import { statusOf } from './check.ts';
import { checkDay } from './check-day.ts';
import { CONTESTS, planDay } from './plan.ts';
import { ELECTION } from './prepare.ts';
import type { Cast } from './vote.ts';

const numbers = {
  voters: 40,
  voting: 20,
  twice: 2,
  wrongCodes: 1,
  stolenCodes: 2,
  robbed: 3,
  voided: 2,
  seed: 1,
};
const plan = planDay(numbers);
const refused = (times: number) => Array.from({ length: times }, () => 'code-refused');
const refusals = {
  second: refused(2),
  wrong: refused(1),
  stolen: refused(2),
  robbed: refused(3),
  voided: refused(2),
};
const cast: Cast = {
  votes: new Map(plan.voting.map(({ voter }) => [voter, `vote of ${voter}`])),
  codes: [],
  tokens: [],
  refusals,
  repeated: 2,
  problems: [],
};
const results = resultsDocumentSchema.parse({
  kind: 'results',
  electionId: ELECTION,
  ballotHash: 'a2V5',
  definitionHash: 'a2V5',
  statedAt: '2026-05-08T07:00:00Z',
  opensAt: '2026-05-07T07:00:00Z',
  closesAt: '2026-05-07T22:00:00Z',
  counted: 20,
  contests: CONTESTS.map(({ id, options }) => ({
    id,
    options: options.map(option => ({
      id: option,
      votes: plan.voting.filter(({ marked }) => marked[id]?.includes(option)).length,
    })),
    undervotes: 0,
    blank: 0,
  })),
  issued: {
    electionId: ELECTION,
    issued: 20,
    exact: true,
    roll: 40,
    registrarKeyId: 'a2V5',
    signature: 'a2V5',
  },
  log: { topic: 'votes', endOffsets: [20] },
  zeroReport: null,
  resultsKeyId: 'a2V5',
  signature: 'a2V5',
});
const report = {
  findings: { total: 0 },
  votes: { [ELECTION]: 20 },
  receipts: { hold: 20 },
} as unknown as AuditReport;
const day = { numbers, plan, cast, report, results, recount: { ok: true, said: '0 faults' } };

test('a sound day ends with 0, and whatever is planted with 1, under its name', () => {
  expect(statusOf(checkDay(day))).toBe(0);
  const [mayor, ...others] = results.contests ?? [];
  const [first, ...options] = mayor?.options ?? [];
  if (!mayor || !first) throw new Error('there is a contest');
  const moved = [{ ...mayor, options: [{ ...first, votes: first.votes + 1 }, ...options] }, ...others];
  const plants: readonly (readonly [Partial<typeof day>, string])[] = [
    [{ cast: { ...cast, problems: ['no token'] } }, 'voters who were refused or got no receipt'],
    [{ cast: { ...cast, repeated: 1 } }, 'votes sent once more and accepted'],
    [
      { cast: { ...cast, refusals: { ...refusals, robbed: ['code-refused', 'code-refused', 'none'] } } },
      'owners refused whose code a thief had used',
    ],
    [{ cast: { ...cast, refusals: { ...refusals, voided: ['none', 'none'] } } }, 'voided codes refused'],
    [{ cast: { ...cast, refusals: { ...refusals, stolen: ['none', 'none'] } } }, 'stolen codes refused'],
    [{ results: { ...results, counted: 21 } }, 'counted'],
    [{ results: { ...results, contests: moved } }, 'totals of mayor'],
    [{ recount: { ok: false, said: '1 fault' } }, 'recount by docs/verify/verify.py'],
  ];
  for (const [plant, what] of plants) {
    const checks = checkDay({ ...day, ...plant });
    expect(statusOf(checks)).toBe(1);
    expect(checks.filter(({ ok }) => !ok).map(each => each.what)).toEqual([what]);
  }
});
