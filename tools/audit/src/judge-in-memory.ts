import type { TokenCheck } from '@suffrage/contracts/check-vote';
import { type Case, type Evidence, findOwners, openCase, processedBelow } from './case.ts';
import { compareEntries, ENTRY_BYTES, type EntrySink } from './entry.ts';
import { createFindings } from './findings.ts';
import { closeCase, type Sums } from './judge.ts';
import { judgeChunk } from './judge-chunk.ts';
import { judgeGroups, judgeSorted } from './judge-groups.ts';
import { countRow, takeOutsideRow } from './match-rows.ts';
import type { LogPlace } from './read-batches.ts';
import type { OutcomeRow, ProgressRow } from './read-database.ts';
import { takeCountedRow } from './take-counted-row.ts';

export type DatabaseContent = Sums & {
  readonly name: string;
  readonly progress: readonly ProgressRow[];
  readonly rows: readonly OutcomeRow[];
};

export type MemoryRecord = {
  readonly partition: number;
  readonly offset: number;
  /** The record's timestamp, milliseconds since 1970. */
  readonly castAt: number;
  readonly value: Uint8Array | null;
};

export type WorldInMemory = Omit<Evidence, 'databases' | 'owners' | 'signatures'> & {
  readonly databases: readonly DatabaseContent[];
  /** Each partition in the order of its offsets. */
  readonly log: readonly MemoryRecord[];
  readonly checkToken: TokenCheck;
  /** Whether entries are judged one by one, as those of ballot keys with very many records are. */
  readonly oneByOne?: boolean;
};

/** The audit of a log and databases that lie in memory, as tests and simulations have them. No I/O. */
export function judgeInMemory(world: WorldInMemory): Case {
  const { databases, log, checkToken } = world;
  const found = createFindings();
  const owners = findOwners(databases, found);
  const theCase = openCase({ ...world, owners, signatures: true });
  theCase.findings.merge(found.summary());
  const entries = openEntries();
  for (const range of world.ranges) {
    const { partition } = range;
    const owner = owners.get(partition);
    const rows = (databases[owner?.database ?? -1]?.rows ?? []).filter(
      row => row.partition === partition && row.outcome !== 'counted' && isInside(theCase, row),
    );
    for (const row of rows) countRow(theCase, owner?.database ?? -1, row);
    const byOffset = Map.groupBy(rows, ({ offset }) => offset);
    const chunk = { ...range, rowsAt: (offset: number) => byOffset.get(offset) ?? [] };
    const judge = judgeChunk(theCase, chunk, checkToken, entries);
    for (const record of log) if (record.partition === partition) judge.take(placeOfValue(record));
    judge.end();
  }
  for (const [database, { rows }] of databases.entries()) {
    for (const row of rows) {
      if (row.outcome === 'counted') takeCountedRow(theCase, database, row, entries);
      else if (theCase.owners.get(row.partition)?.database !== database || !isInside(theCase, row))
        takeOutsideRow(theCase, database, row);
    }
  }
  const bytes = entries.bytes();
  const places = entries.places().toSorted((a, b) => compareEntries(bytes, a, bytes, b));
  if (world.oneByOne) {
    const groups = judgeGroups(theCase);
    for (const at of places) groups.take(bytes, at);
    groups.end();
  } else judgeSorted(theCase, bytes, places);
  closeCase(theCase, databases);
  return theCase;
}

/** The record as if it lay on a log. */
function placeOfValue({ offset, castAt, value }: MemoryRecord): LogPlace {
  const bytes = value ?? new Uint8Array(0);
  const valueLength = value ? value.length : -1;
  return { bytes, offset, castAt, keyAt: 0, keyLength: -1, valueAt: 0, valueLength };
}

type EntriesInMemory = EntrySink & { places(): number[] };

function openEntries(): EntriesInMemory {
  let bytes = Buffer.alloc(ENTRY_BYTES);
  let count = 0;
  return {
    next() {
      const at = count * ENTRY_BYTES;
      count += 1;
      if (at === bytes.length) bytes = Buffer.concat([bytes, Buffer.alloc(bytes.length)]);
      return at;
    },
    bytes: () => bytes,
    places: () => Array.from({ length: count }, (_, index) => index * ENTRY_BYTES),
  };
}

function isInside(theCase: Case, { partition, offset }: OutcomeRow): boolean {
  const start = theCase.ranges.find(range => range.partition === partition)?.start ?? 0;
  return offset >= start && offset < processedBelow(theCase, partition);
}
