import type { Election } from '@suffrage/contracts/ballot';
import { electionOf, offsetOf, partitionOf, type Entry, type RowOutcome, voteIdOf } from './entry.ts';
import { createFindings, type Findings, type FindingsSummary, type Place } from './findings.ts';
import { createNames, type Names } from './names.ts';
import type { OutcomeRow, ProgressRow } from './rows.ts';
import type { PartitionRange } from './ranges.ts';
import { addCounts, noCounts, type OutcomeCounts } from './outcome-counts.ts';
import { createRecount, type Recount, type RecountSums } from './recount.ts';

export type DatabaseEvidence = { readonly name: string; readonly progress: readonly ProgressRow[] };

/** Where a partition is processed, and how far. */
export type Owner = ProgressRow & { readonly database: number };

/** What everything is judged by; the same in all threads. */
export type Evidence = {
  readonly ranges: readonly PartitionRange[];
  /** Ids of the elections on the topic, in its order. */
  readonly electionIds: readonly string[];
  readonly findElection: (electionId: string) => Election | undefined;
  readonly shards: number;
  readonly databases: readonly DatabaseEvidence[];
  readonly owners: ReadonlyMap<number, Owner>;
  /** Whether tokens are verified. Without, a row that says that a token is wrong is believed. */
  readonly signatures: boolean;
};

/** A row that could not be matched with the record at its position. */
export type Stray = {
  readonly row: Omit<OutcomeRow, 'selections'>;
  readonly database: number;
  readonly reason: string;
  /** Whether a record could lie at its position. */
  readonly placed: boolean;
  /** Whether its ballot key is counted by a matched row. */
  readonly keyCounted: boolean;
  /** The row as an entry, where it fits one: only rows of `votes`. */
  readonly entry?: Uint8Array;
};

/** A processed record without a ballot key. */
export type LoneRecord = {
  readonly partition: number;
  readonly offset: number;
  readonly electionId?: string;
  readonly voteId?: Uint8Array;
  readonly readable: boolean;
  /** The first failing check of a readable one. */
  readonly code: string;
};

export type Gap = { readonly partition: number; readonly from: number; readonly to: number };

export type ReceiptCounts = {
  /** Lines of journals that say that a vote was about to be sent. */
  intents: number;
  supplied: number;
  /** Verify, and their positions hold those votes, which are valid. */
  hold: number;
};

/** Beyond that the rows are of another log altogether: they are counted, not examined. */
export const MAX_STRAYS = 20_000;
/** Ballot keys that wait for strays; beyond that a record without its row is missing, whatever the strays say. */
const MAX_WAITING = 20_000;

/** A service, or a file in its place, whose statements are held against the log. */
export type Source = {
  /** Its address or path. */
  readonly from: string;
  /** Otherwise one that does not answer is passed over. */
  readonly isRequired: boolean;
};

/** What has been found so far, by one thread or by all. No I/O: the same evidence gives the same findings. */
export type Case = Evidence & {
  readonly findings: Findings;
  readonly names: Names;
  readonly counts: Map<number, OutcomeCounts>;
  /** Rows below `next_offset` of each partition, in the database that processes it. */
  readonly rowCounts: Map<number, { counted: number; notCounted: number }>;
  /** Counted and superseded records by election, ingestion process and partition (JSON). */
  readonly intake: Map<string, number>;
  /** One for each database. */
  readonly recounts: readonly Recount[];
  readonly receipts: ReceiptCounts;
  readonly gaps: Gap[];
  /** Rows that fit no record, settled when all rows are known. */
  readonly strays: Stray[];
  /** Records without a ballot key and without a row. */
  readonly lone: LoneRecord[];
  /** All records of a ballot key of which one has no row, in the order of entries. */
  readonly waiting: Entry[][];
};

export function openCase(evidence: Evidence, names: readonly string[] = ['']): Case {
  return {
    ...evidence,
    findings: createFindings(),
    names: createNames(names),
    counts: new Map(),
    rowCounts: new Map(),
    intake: new Map(),
    recounts: evidence.databases.map(() => createRecount(evidence.findElection)),
    receipts: { intents: 0, supplied: 0, hold: 0 },
    gaps: [],
    strays: [],
    lone: [],
    waiting: [],
  };
}

/** What one thread found in one task: plain data. */
export type CasePart = Pick<
  Case,
  'counts' | 'rowCounts' | 'intake' | 'receipts' | 'gaps' | 'strays' | 'lone'
> & {
  readonly findings: FindingsSummary;
  readonly names: readonly string[];
  readonly recounts: readonly RecountSums[];
  readonly waiting: readonly (readonly Uint8Array[])[];
};

export function partOf({ findings, names, recounts, ...rest }: Case): CasePart {
  const { counts, rowCounts, intake, receipts, gaps, strays, lone, waiting } = rest;
  return {
    counts,
    rowCounts,
    intake,
    receipts,
    gaps,
    strays,
    lone,
    waiting,
    findings: findings.summary(),
    names: names.all(),
    recounts: recounts.map(recount => recount.sums()),
  };
}

/** Adds what a thread found. Parts are added in the order of their tasks, so that a report can be repeated. */
export function addPart(theCase: Case, part: CasePart): void {
  theCase.findings.merge(part.findings);
  for (const name of part.names) theCase.names.tagOf(name);
  for (const [partition, counts] of part.counts) addCounts(countsOf(theCase, partition), counts);
  for (const [partition, { counted, notCounted }] of part.rowCounts) {
    const rows = rowCountOf(theCase, partition);
    rows.counted += counted;
    rows.notCounted += notCounted;
  }
  for (const [key, votes] of part.intake) increase(theCase.intake, key, votes);
  for (const [database, sums] of part.recounts.entries()) theCase.recounts[database]?.merge(sums);
  theCase.receipts.intents += part.receipts.intents;
  theCase.receipts.supplied += part.receipts.supplied;
  theCase.receipts.hold += part.receipts.hold;
  for (const gap of part.gaps) theCase.gaps.push(gap);
  for (const stray of part.strays) theCase.strays.push(stray);
  for (const record of part.lone) theCase.lone.push(record);
  for (const group of part.waiting) theCase.waiting.push(group.map(toEntry));
}

/** Structured clones of buffers are plain arrays. */
function toEntry(bytes: Uint8Array): Entry {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function countsOf({ counts }: Pick<Case, 'counts'>, partition: number): OutcomeCounts {
  let own = counts.get(partition);
  if (!own) {
    own = noCounts();
    counts.set(partition, own);
  }
  return own;
}

export function rowCountOf({ rowCounts }: Pick<Case, 'rowCounts'>, partition: number) {
  let rows = rowCounts.get(partition);
  if (!rows) {
    rows = { counted: 0, notCounted: 0 };
    rowCounts.set(partition, rows);
  }
  return rows;
}

/** A record was matched with its row. */
export function countOutcome(theCase: Case, partition: number, outcome: RowOutcome, code: string): void {
  const counts = countsOf(theCase, partition);
  counts[outcome] += 1;
  if (outcome === 'rejected') counts.rejectedByCode[code] = (counts.rejectedByCode[code] ?? 0) + 1;
}

/** A counted record, superseded later or not, belongs to the intake of the process that appended it. */
export function countIntake(theCase: Case, partition: number, electionId: string, instance: string): void {
  increase(theCase.intake, intakeKey(electionId, instance, partition), 1);
}

type IntakeKey = { readonly electionId: string; readonly instance: string; readonly key: string };
const lastKeys = new Map<number, IntakeKey>();

/** Nearly always that of the last record of the partition. */
function intakeKey(electionId: string, instance: string, partition: number): string {
  const last = lastKeys.get(partition);
  if (last?.instance === instance && last.electionId === electionId) return last.key;
  const key = JSON.stringify([electionId, instance, partition]);
  lastKeys.set(partition, { electionId, instance, key });
  return key;
}

function increase(numbers: Map<string, number>, key: string, by: number): void {
  numbers.set(key, (numbers.get(key) ?? 0) + by);
}

/** Counted votes of each election, in all databases. */
export function countedOf({ recounts }: Pick<Case, 'recounts'>): Map<string, number> {
  const votes = new Map<string, number>();
  for (const recount of recounts) {
    for (const [election, counted] of recount.votes()) increase(votes, election, counted);
  }
  return votes;
}

export function findOwners(databases: readonly DatabaseEvidence[], findings: Findings): Map<number, Owner> {
  const owners = new Map<number, Owner>();
  for (const [database, { name, progress }] of databases.entries()) {
    for (const row of progress) {
      const other = owners.get(row.partition);
      if (other && other.nextOffset > 0 && row.nextOffset > 0) {
        const message = `is processed in ${databases[other.database]?.name ?? ''} and in ${name}`;
        findings.add('partition-in-two-databases', message, { partition: row.partition, database: name });
      }
      if (!other || other.nextOffset < row.nextOffset) owners.set(row.partition, { ...row, database });
    }
  }
  return owners;
}

/** Offsets of a partition below that one have been processed. */
export function processedBelow({ owners, ranges }: Evidence, partition: number): number {
  const end = ranges.find(range => range.partition === partition)?.end ?? 0;
  return Math.min(end, owners.get(partition)?.nextOffset ?? 0);
}

/** Whether another record may wait for a stray. */
export function keepsWaiting({ lone, waiting }: Pick<Case, 'lone' | 'waiting'>): boolean {
  return lone.length + waiting.length < MAX_WAITING;
}

/** Where a record lies, in the words of a finding. */
export function placeOf(
  { owners, databases }: Evidence,
  record: Pick<LoneRecord, 'partition' | 'offset' | 'electionId' | 'voteId'>,
): Place {
  const { partition, offset, electionId, voteId } = record;
  const owner = owners.get(partition);
  const database = owner && databases[owner.database]?.name;
  return {
    partition,
    offset,
    ...(electionId === undefined ? {} : { electionId }),
    ...(voteId === undefined ? {} : { voteId: hexOf(voteId) }),
    ...(database === undefined ? {} : { database }),
  };
}

export function placeOfEntry(evidence: Evidence, entry: Entry): Place {
  return placeOf(evidence, {
    partition: partitionOf(entry),
    offset: offsetOf(entry),
    electionId: electionIdOf(evidence, entry),
    voteId: voteIdOf(entry),
  });
}

export function electionIdOf({ electionIds }: Pick<Evidence, 'electionIds'>, entry: Entry): string {
  return electionIds[electionOf(entry)] ?? '';
}

export function hexOf(id: Uint8Array | null): string {
  return id ? Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('hex') : '';
}
