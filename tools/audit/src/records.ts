import type { JudgedRecord } from './judge-record.ts';

/** Offsets `start` (the log's start) to `end - 1` (`end` is the high watermark) of one partition. */
export type PartitionRange = { readonly partition: number; readonly start: number; readonly end: number };

/** What lies at an offset. `absent`: no vote record, though the log has reached that offset. */
export const recordState = { absent: 0, unreadable: 1, invalid: 2, valid: 3 } as const;

/** Which row of the database was matched with a record. */
export const rowState = {
  none: 0,
  counted: 1,
  superseded: 2,
  'older-revision': 3,
  duplicate: 4,
  rejected: 5,
  quarantined: 6,
} as const;
export type RowOutcome = Exclude<keyof typeof rowState, 'none'>;
export const rowOutcomes: readonly RowOutcome[] = [
  'counted',
  'superseded',
  'older-revision',
  'duplicate',
  'rejected',
  'quarantined',
];

/** Bytes of a vote ID, a ballot key and a salt. */
export const ID_LENGTH = 32;

/**
 * All records below the high watermarks and what was matched with them, in flat arrays: some 160 bytes for each record,
 * a million records in 160 MB. A record's index is its place among all offsets, partition after partition.
 */
export type Records = {
  readonly ranges: readonly PartitionRange[];
  readonly size: number;
  readonly state: Uint8Array;
  readonly castAt: Float64Array;
  readonly revision: Uint32Array;
  /** Whether vote ID and ballot key could be computed. */
  readonly hasVoteId: Uint8Array;
  readonly hasKey: Uint8Array;
  /** 32 bytes for each record: use `idOf`. */
  readonly voteIds: Buffer;
  readonly ballotKeys: Buffer;
  readonly salts: Buffer;
  /** Indexes into `names`. */
  readonly election: Uint32Array;
  readonly instance: Uint32Array;
  readonly code: Uint32Array;
  readonly names: Names;
  // What the database says of it.
  readonly row: Uint8Array;
  /** Index into `names`. */
  readonly rowCode: Uint32Array;
  /** The vote it gave way to, 32 bytes; only where `hasTarget`. */
  readonly targets: Buffer;
  readonly hasTarget: Uint8Array;
};

/** Strings that many records share, each kept once. Index 0 is the empty string. */
export type Names = { indexOf(name: string): number; at(index: number): string };

export function createRecords(ranges: readonly PartitionRange[]): Records {
  const size = ranges.reduce((sum, { start, end }) => sum + (end - start), 0);
  return {
    ranges,
    size,
    state: new Uint8Array(size),
    castAt: new Float64Array(size),
    revision: new Uint32Array(size),
    hasVoteId: new Uint8Array(size),
    hasKey: new Uint8Array(size),
    voteIds: Buffer.alloc(size * ID_LENGTH),
    ballotKeys: Buffer.alloc(size * ID_LENGTH),
    salts: Buffer.alloc(size * ID_LENGTH),
    election: new Uint32Array(size),
    instance: new Uint32Array(size),
    code: new Uint32Array(size),
    names: createNames(),
    row: new Uint8Array(size),
    rowCode: new Uint32Array(size),
    targets: Buffer.alloc(size * ID_LENGTH),
    hasTarget: new Uint8Array(size),
  };
}

function createNames(): Names {
  const names = [''];
  const indexes = new Map([['', 0]]);
  return {
    indexOf(name) {
      const known = indexes.get(name);
      if (known !== undefined) return known;
      indexes.set(name, names.length);
      return names.push(name) - 1;
    },
    at: index => names[index] ?? '',
  };
}

/** The index of a position; `undefined` where the log has no such offset. */
export function indexAt(records: Records, partition: number, offset: number): number | undefined {
  let base = 0;
  for (const range of records.ranges) {
    if (range.partition === partition) {
      return offset >= range.start && offset < range.end ? base + offset - range.start : undefined;
    }
    base += range.end - range.start;
  }
  return undefined;
}

export function positionOf(records: Records, index: number): { partition: number; offset: number } {
  let rest = index;
  for (const { partition, start, end } of records.ranges) {
    if (rest < end - start) return { partition, offset: start + rest };
    rest -= end - start;
  }
  throw new RangeError(`there is no record ${index}`);
}

/** The 32 bytes of a record in one of the flat tables; a view, not a copy. */
export function idOf(table: Buffer, index: number): Buffer {
  return table.subarray(index * ID_LENGTH, (index + 1) * ID_LENGTH);
}

export function hasId(table: Buffer, index: number, id: Uint8Array): boolean {
  return id.length === ID_LENGTH && Buffer.compare(idOf(table, index), id) === 0;
}

export function putRecord(records: Records, index: number, castAt: number, judged: JudgedRecord): void {
  records.castAt[index] = castAt;
  records.state[index] = recordState[judged.state];
  if (judged.state === 'unreadable') return;
  const { vote, code, voteId, ballotKey } = judged;
  records.revision[index] = vote.revision;
  records.election[index] = records.names.indexOf(vote.electionId);
  records.instance[index] = records.names.indexOf(vote.instance);
  records.code[index] = records.names.indexOf(code);
  if (voteId) {
    records.hasVoteId[index] = 1;
    records.voteIds.set(voteId, index * ID_LENGTH);
    records.salts.set(vote.salt.reveal(), index * ID_LENGTH);
  }
  if (ballotKey) {
    records.hasKey[index] = 1;
    records.ballotKeys.set(ballotKey, index * ID_LENGTH);
  }
}
