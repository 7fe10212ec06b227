import { type Case, countedOf, countsOf, type ReceiptCounts } from './case.ts';
import type { ActionsByElection } from './compare-actions.ts';
import type { IssuedByElection } from './compare-issued.ts';
import type { OfficialByElection } from './compare-official.ts';
import type { Finding, FindingKind } from './findings.ts';
import type { PartitionRange } from './ranges.ts';

/** Numbers of records, save `extra` and `different`, which are numbers of findings. */
export type Counts = {
  /** On the log, below the high watermark. */
  records: number;
  counted: number;
  superseded: number;
  olderRevision: number;
  duplicate: number;
  rejected: number;
  rejectedByCode: Record<string, number>;
  quarantined: number;
  /** Processed, but without an outcome. */
  missing: number;
  notYetProcessed: number;
  /** Rows that belong to no record. */
  extra: number;
  /** Rows and outcomes that are not what they should be. */
  different: number;
};

export type PartitionReport = Counts & {
  readonly partition: number;
  /** Where it is processed; none before the first record. */
  readonly database?: string;
  readonly logStart: number;
  readonly highWatermark: number;
  readonly nextOffset: number;
};

export type AuditReport = {
  readonly topic: string;
  readonly startedAt: string;
  readonly seconds: number;
  readonly shards: number;
  readonly databases: readonly string[];
  /** No findings. */
  readonly balances: boolean;
  readonly totals: Counts;
  /** Whether tokens were verified. */
  readonly signatures: boolean;
  /** INV-1 and INV-8 are claimed for these, and for no others. */
  readonly receipts: ReceiptCounts & { readonly journals: number };
  /** Of each election whose signed count of issued tokens was supplied and verifies: counted <= issued <= roll is claimed. */
  readonly issued: IssuedByElection;
  /** Elections whose published results were compared: INV-5 is claimed of what voters see for these. */
  readonly published: number;
  /** Actions of managers on record, of each election whose record was supplied: INV-14 is claimed for these. */
  readonly actions: ActionsByElection;
  /** Published elections whose record was not supplied. */
  readonly actionsUnchecked: readonly string[];
  /** Which official statements of each election there are and verify: what they say is claimed. */
  readonly official: OfficialByElection;
  /** Counted votes of each election. */
  readonly votes: Readonly<Record<string, number>>;
  readonly partitions: readonly PartitionReport[];
  readonly findings: {
    readonly total: number;
    readonly byKind: Readonly<Partial<Record<FindingKind, number>>>;
    readonly first: readonly Finding[];
  };
};

export function makeReport(
  theCase: Case,
  {
    journals = 0,
    published = 0,
    issued = {},
    actions = {},
    actionsUnchecked = [],
    official = {},
    ...about
  }: Pick<AuditReport, 'topic' | 'startedAt' | 'seconds'> & {
    readonly journals?: number;
    readonly published?: number;
    readonly issued?: IssuedByElection;
    readonly actions?: ActionsByElection;
    readonly actionsUnchecked?: readonly string[];
    readonly official?: OfficialByElection;
  },
): AuditReport {
  const { findings, shards, databases } = theCase;
  const partitions = theCase.ranges.map(range => partitionReport(theCase, range));
  const totals = partitions.reduce(addCounts, noCounts());
  // Rows for partitions that the topic does not have belong to no line of the table, only to the sum.
  const ofNoPartition = { extra: findings.inColumn('extra'), different: findings.inColumn('different') };
  return {
    ...about,
    shards,
    databases: databases.map(({ name }) => name),
    balances: findings.total() === 0,
    totals: { ...totals, ...ofNoPartition },
    signatures: theCase.signatures,
    receipts: { journals, ...theCase.receipts },
    published,
    issued,
    actions,
    actionsUnchecked,
    official,
    votes: Object.fromEntries(countedOf(theCase)),
    partitions,
    findings: { total: findings.total(), byKind: findings.byKind(), first: findings.first() },
  };
}

function partitionReport(theCase: Case, { partition, start, end }: PartitionRange): PartitionReport {
  const { owners, databases, findings } = theCase;
  const owner = owners.get(partition);
  const { 'older-revision': olderRevision, ...counts } = countsOf(theCase, partition);
  const database = owner && databases[owner.database]?.name;
  return {
    partition,
    ...(database === undefined ? {} : { database }),
    logStart: start,
    highWatermark: end,
    nextOffset: owner?.nextOffset ?? 0,
    ...counts,
    olderRevision,
    missing: findings.inColumn('missing', partition),
    extra: findings.inColumn('extra', partition),
    different: findings.inColumn('different', partition),
  };
}

function noCounts(): Counts {
  return {
    records: 0,
    counted: 0,
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
}

function addCounts(sum: Counts, counts: Counts): Counts {
  const rejectedByCode = { ...sum.rejectedByCode };
  for (const [code, rejected] of Object.entries(counts.rejectedByCode)) {
    rejectedByCode[code] = (rejectedByCode[code] ?? 0) + rejected;
  }
  return {
    records: sum.records + counts.records,
    counted: sum.counted + counts.counted,
    superseded: sum.superseded + counts.superseded,
    olderRevision: sum.olderRevision + counts.olderRevision,
    duplicate: sum.duplicate + counts.duplicate,
    rejected: sum.rejected + counts.rejected,
    rejectedByCode,
    quarantined: sum.quarantined + counts.quarantined,
    missing: sum.missing + counts.missing,
    notYetProcessed: sum.notYetProcessed + counts.notYetProcessed,
    extra: sum.extra + counts.extra,
    different: sum.different + counts.different,
  };
}
