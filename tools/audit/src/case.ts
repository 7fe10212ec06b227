import type { Election } from '@suffrage/contracts/ballot';
import { createFindings, type Findings, type Place } from './findings.ts';
import type { OutcomeRow, ProgressRow } from './read-database.ts';
import { createRecount, type Recount } from './recount.ts';
import { hasId, idOf, positionOf, type Records } from './records.ts';

export type DatabaseEvidence = { readonly name: string; readonly progress: readonly ProgressRow[] };

/** What is to be judged. The rows of the databases come afterwards, one by one. */
export type Evidence = {
  readonly records: Records;
  readonly findElection: (electionId: string) => Election | undefined;
  readonly shards: number;
  readonly databases: readonly DatabaseEvidence[];
};

/** Where a partition is processed, and how far. */
export type Owner = ProgressRow & { readonly database: number };

/** A row that could not be matched with the record at its position. */
export type Stray = {
  readonly row: OutcomeRow;
  readonly database: number;
  readonly reason: string;
  /** The record at its position, when it only differs from the row in what both say. */
  readonly index?: number;
};

/** Evidence and what has been found so far. No I/O: the same evidence gives the same findings. */
export type Case = Evidence & {
  readonly findings: Findings;
  readonly owners: ReadonlyMap<number, Owner>;
  /** Rows below `next_offset` of each partition, in the database that processes it. */
  readonly rowCounts: Map<number, { counted: number; notCounted: number }>;
  /** Rows that fit no record, settled when all rows are known. */
  readonly strays: Stray[];
  /** One for each database. */
  readonly recounts: readonly Recount[];
};

export function openCase(evidence: Evidence): Case {
  const findings = createFindings();
  return {
    ...evidence,
    findings,
    owners: findOwners(evidence.databases, findings),
    rowCounts: new Map(),
    strays: [],
    recounts: evidence.databases.map(() => createRecount(evidence.findElection)),
  };
}

function findOwners(databases: readonly DatabaseEvidence[], findings: Findings): Map<number, Owner> {
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

/** Calls back for each offset below `next_offset` that the log holds. */
export function eachProcessed({ records, owners }: Case, onIndex: (index: number) => void): void {
  let base = 0;
  for (const { partition, start, end } of records.ranges) {
    const processed = Math.min(end, owners.get(partition)?.nextOffset ?? 0) - start;
    for (let i = 0; i < processed; i++) onIndex(base + i);
    base += end - start;
  }
}

/** Where a record lies, in the words of a finding. */
export function placeOf({ records, owners, databases }: Case, index: number): Place {
  const { partition, offset } = positionOf(records, index);
  const owner = owners.get(partition);
  const database = owner && databases[owner.database]?.name;
  const electionId = records.names.at(records.election[index] ?? 0);
  return {
    partition,
    offset,
    ...(electionId === '' ? {} : { electionId }),
    ...(records.hasVoteId[index] === 1 ? { voteId: idOf(records.voteIds, index).toString('hex') } : {}),
    ...(database === undefined ? {} : { database }),
  };
}

export function isVote(records: Records, index: number, voteId: Uint8Array): boolean {
  return records.hasVoteId[index] === 1 && hasId(records.voteIds, index, voteId);
}
