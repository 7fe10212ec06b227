import type { AuditReport } from '@suffrage/audit/report';
import type { ResultsDocument } from '@suffrage/contracts/official';
import { type Check, equal } from './check.ts';
import { CONTESTS, type DayNumbers, type DayPlan } from './plan.ts';
import { ELECTION } from './prepare.ts';
import type { Recount } from './recount.ts';
import type { Cast } from './vote.ts';

type Day = {
  readonly numbers: DayNumbers;
  readonly plan: DayPlan;
  readonly cast: Cast;
  readonly report: AuditReport;
  readonly results: ResultsDocument;
  readonly recount: Recount;
};

/** Holds what was counted against what the voters have done, which only this test knows. */
export function checkDay({ numbers, plan, cast, report, results, recount }: Day): Check[] {
  const { voters, voting, twice, wrongCodes, stolenCodes, robbed, voided } = numbers;
  const refused = (codes: readonly string[]) => codes.filter(code => code === 'code-refused').length;
  return [
    equal('voters who were refused or got no receipt', cast.problems.length, 0),
    equal('votes with a receipt', cast.votes.size, voting),
    equal('second tokens refused', refused(cast.refusals.second), twice),
    equal('wrong codes refused', refused(cast.refusals.wrong), wrongCodes),
    equal('stolen codes refused', refused(cast.refusals.stolen), stolenCodes),
    equal('owners refused whose code a thief had used', refused(cast.refusals.robbed), robbed),
    equal('voided codes refused', refused(cast.refusals.voided), voided),
    equal('votes sent once more and accepted', cast.repeated, twice),
    equal('counted', results.counted, voting),
    equal('tokens issued, as the registrar has signed', results.issued?.issued ?? -1, voting),
    equal('voters on the roll, as the registrar has signed', results.issued?.roll ?? -1, voters),
    ...totals(plan, results),
    equal('findings of the audit', report.findings.total, 0),
    equal('counted, by the audit', report.votes[ELECTION] ?? 0, voting),
    equal('receipts that hold, by the audit', report.receipts.hold, voting),
    {
      what: 'recount by docs/verify/verify.py',
      ok: recount.ok,
      detail: recount.said.split('\n').at(-1) ?? '',
    },
  ];
}

function totals({ voting }: DayPlan, { contests }: ResultsDocument): Check[] {
  return CONTESTS.map(({ id, options }) => {
    const own = options.map(option => voting.filter(({ marked }) => marked[id]?.includes(option)).length);
    const stated = contests?.find(contest => contest.id === id)?.options.map(({ votes }) => votes) ?? [];
    return { what: `totals of ${id}`, ok: own.join() === stated.join(), detail: stated.join(', ') };
  });
}
