import type { TokenCheck } from '@suffrage/contracts/check-vote';
import { type Case, type Evidence, findOwners, openCase, processedBelow } from './case.ts';
import { compareEntries, ENTRY_BYTES, type Entry } from './entry.ts';
import { createFindings } from './findings.ts';
import { closeCase, type Sums } from './judge.ts';
import { type ChunkRecord, judgeChunk } from './judge-chunk.ts';
import { judgeGroups } from './judge-groups.ts';
import { takeOutsideRow } from './match-rows.ts';
import type { OutcomeRow, ProgressRow } from './read-database.ts';
import { takeCountedRow } from './take-counted-row.ts';

export type DatabaseContent = Sums & {
  readonly name: string;
  readonly progress: readonly ProgressRow[];
  readonly rows: readonly OutcomeRow[];
};

export type WorldInMemory = Omit<Evidence, 'databases' | 'owners' | 'signatures'> & {
  readonly databases: readonly DatabaseContent[];
  /** Each partition in the order of its offsets. */
  readonly log: readonly (ChunkRecord & { readonly partition: number })[];
  readonly checkToken: TokenCheck;
};

/** The audit of a log and databases that lie in memory, as tests and simulations have them. No I/O. */
export function judgeInMemory(world: WorldInMemory): Case {
  const { databases, log, checkToken } = world;
  const found = createFindings();
  const owners = findOwners(databases, found);
  const theCase = openCase({ ...world, owners, signatures: true });
  theCase.findings.merge(found.summary());
  const entries: Entry[] = [];
  const next = () => {
    const entry = Buffer.alloc(ENTRY_BYTES);
    entries.push(entry);
    return entry;
  };
  for (const range of world.ranges) {
    const { partition } = range;
    const owner = owners.get(partition);
    const rows = (databases[owner?.database ?? -1]?.rows ?? []).filter(
      row => row.partition === partition && row.outcome !== 'counted' && isInside(theCase, row),
    );
    const judge = judgeChunk(theCase, { ...range, rows }, checkToken, next);
    for (const record of log) if (record.partition === partition) judge.take(record);
    judge.end();
  }
  for (const [database, { rows }] of databases.entries()) {
    for (const row of rows) {
      if (row.outcome === 'counted') takeCountedRow(theCase, database, row, next);
      else if (theCase.owners.get(row.partition)?.database !== database || !isInside(theCase, row))
        takeOutsideRow(theCase, database, row);
    }
  }
  const groups = judgeGroups(theCase);
  for (const entry of entries.toSorted((a, b) => compareEntries(a, 0, b, 0))) groups.take(entry);
  groups.end();
  closeCase(theCase, databases);
  return theCase;
}

function isInside(theCase: Case, { partition, offset }: OutcomeRow): boolean {
  const start = theCase.ranges.find(range => range.partition === partition)?.start ?? 0;
  return offset >= start && offset < processedBelow(theCase, partition);
}
