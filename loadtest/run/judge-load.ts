import type { AuditReport } from '@suffrage/audit/report';
import { type Plan, touched } from '../scenarios/plans.ts';
import type { K6Result } from './run-k6.ts';

export type Check = { readonly what: string; readonly ok: boolean; readonly detail: string };

const number = (value: number) => value.toLocaleString('en-US');

/**
 * Whether a run holds what the suite promises: the thresholds, then accepted = counted + accounted for, as the audit finds
 * it from outside. Casts follow the file from its beginning, so their number tells how many voters there are.
 */
export function judgeLoad(
  plan: Pick<Plan, 'copiesInTen' | 'votesPerVoter'>,
  electionId: string,
  k6: K6Result,
  report: Pick<AuditReport, 'balances' | 'votes' | 'findings' | 'receipts' | 'totals'>,
): Check[] {
  const { answers, casts } = k6;
  const { voters } = touched(casts, plan);
  const counted = report.votes[electionId] ?? 0;
  // A cast without a receipt may have been its voter's only one; if its outcome is unknown it may still be counted.
  const least = Math.max(0, voters - (casts - answers.accepted));
  const { supplied, hold } = report.receipts;
  return [
    ...k6.thresholds.map(({ name, ok }) => ({ what: 'threshold', ok, detail: name })),
    { what: 'no vote was refused as invalid', ok: answers.refused === 0, detail: describeAnswers(k6) },
    {
      what: 'every accepted vote is counted, once for each voter',
      ok: counted >= least && counted <= voters,
      detail: `${number(voters)} voters, ${number(counted)} counted`,
    },
    {
      what: 'receipts hold, and the log has their votes',
      ok: supplied > 0 && hold === supplied,
      detail: `${number(hold)} of ${number(supplied)} that were kept`,
    },
    {
      what: 'the audit balances',
      ok: report.balances,
      detail: `${number(report.totals.records)} records, ${number(report.findings.total)} findings`,
    },
  ];
}

function describeAnswers({ casts, answers }: K6Result): string {
  const { accepted, ...others } = answers;
  const rest = Object.entries(others).filter(([, some]) => some > 0);
  return [
    `${number(accepted)} of ${number(casts)} accepted`,
    ...rest.map(([kind, some]) => `${number(some)} ${kind}`),
  ].join(', ');
}
