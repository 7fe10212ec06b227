import { z } from 'zod';

/** The report that `make audit` writes, as far as it is shown. A newer audit may say more. */
const count = z.int();
const counts = {
  records: count,
  counted: count,
  superseded: count,
  olderRevision: count,
  duplicate: count,
  rejected: count,
  quarantined: count,
  missing: count,
  notYetProcessed: count,
  extra: count,
  different: count,
};
export type CountName = keyof typeof counts;
export const countNames = [
  'records',
  'counted',
  'superseded',
  'olderRevision',
  'duplicate',
  'rejected',
  'quarantined',
  'missing',
  'notYetProcessed',
  'extra',
  'different',
] as const satisfies readonly CountName[];

const finding = z.object({
  kind: z.string(),
  invariant: z.string(),
  message: z.string(),
  partition: count.optional(),
  offset: count.optional(),
  electionId: z.string().optional(),
  voteId: z.string().optional(),
});

const auditReportSchema = z.object({
  topic: z.string(),
  startedAt: z.string(),
  seconds: z.number(),
  balances: z.boolean(),
  totals: z.object(counts),
  signatures: z.boolean(),
  votes: z.record(z.string(), count),
  partitions: z.array(z.object({ partition: count, ...counts })),
  findings: z.object({ total: count, first: z.array(finding) }),
});
export type AuditReport = z.infer<typeof auditReportSchema>;

/** `undefined` for what is no report. */
export function readReport(text: string): AuditReport | undefined {
  try {
    return auditReportSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
