import { type RowOutcome, rowOutcomes } from './entry.ts';

/** Records of one partition, by what became of them. */
export type OutcomeCounts = Record<RowOutcome, number> & {
  records: number;
  notYetProcessed: number;
  rejectedByCode: Record<string, number>;
};

export function noCounts(): OutcomeCounts {
  return {
    records: 0,
    counted: 0,
    superseded: 0,
    'older-revision': 0,
    duplicate: 0,
    rejected: 0,
    rejectedByCode: {},
    quarantined: 0,
    notYetProcessed: 0,
  };
}

export function addCounts(sum: OutcomeCounts, counts: OutcomeCounts): void {
  for (const number of [...rowOutcomes, 'records', 'notYetProcessed'] as const) sum[number] += counts[number];
  for (const [code, rejected] of Object.entries(counts.rejectedByCode)) {
    sum.rejectedByCode[code] = (sum.rejectedByCode[code] ?? 0) + rejected;
  }
}
