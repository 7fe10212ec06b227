import { hash } from 'node:crypto';
import { errorCodes } from '@suffrage/contracts/errors';
import { copyBytes, readU32, sameBytes, writeU32 } from './bytes-in-place.ts';

/**
 * Entries of a fixed size are what is sorted on disk: one for each processed record that has a ballot key, with the row
 * of `outcomes` or `superseded` at its position, and one for each row of `votes`. They are ordered by ballot key and
 * election, rows first; then the records from the greatest (revision, vote ID) down, valid ones before invalid ones, and
 * by position. So the winner of a ballot key comes first, and a ballot key with any number of records needs no memory.
 *
 * | byte | ascending | | byte | descending | | byte | ascending | | byte | |
 * |---|---|---|---|---|---|---|---|---|---|---|
 * | 0 | ballot key, 32 | | 37 | revision, u32 | | 73 | 1 if invalid | | 84 | timestamp, f64 |
 * | 32 | election, u32 | | 41 | vote ID, 32 | | 74 | partition, u32 | | 92 | outcome |
 * | 36 | 1 if a record | | | | | 78 | offset, u48 | | 93 | first failing check |
 *
 * then: 94 whether there is a target; 95 selections or their digest, 25; 120 name tag of the ingestion process, 8; 128
 * name tag of the row's code, 8; 136 target, 32; 168 database, u16. Entries lie one after another in longer buffers and
 * are read and written where they lie: a view of each costs more than what is done with it.
 */
export const ENTRY_BYTES = 172;
/** Bytes of a vote ID, a ballot key and a target. */
export const ID_BYTES = 32;
export const GROUP_BYTES = 36;
const DIGEST_BYTES = 25;
const INLINE_BYTES = DIGEST_BYTES - 1;

export const MAX_PARTITION = 2 ** 32 - 1;
export const MAX_OFFSET = 2 ** 48 - 1;
const MAX_REVISION = 2 ** 32 - 1;

export const rowOutcomes = [
  'counted',
  'superseded',
  'older-revision',
  'duplicate',
  'rejected',
  'quarantined',
] as const;
export type RowOutcome = (typeof rowOutcomes)[number];

/** `ENTRY_BYTES` bytes that begin the buffer: a copy of its own. */
export type Entry = Buffer;

/** Where entries are written. */
export type EntrySink = {
  /** Where the next entry begins in `bytes`. */
  next(): number;
  /** To be asked for after `next`, which may have made room. */
  bytes(): Buffer;
};

type Numbers = {
  /** Place of its definition among those of the topic. */
  readonly election: number;
  readonly revision: number;
  readonly partition: number;
  readonly offset: number;
  readonly castAt: number;
};

/** What an entry copies: each lies within longer bytes. */
type Bytes = {
  readonly ballotKey: Uint8Array;
  readonly ballotKeyAt: number;
  readonly voteId: Uint8Array;
  readonly voteIdAt: number;
  readonly selections: Uint8Array;
  readonly selectionsAt: number;
  readonly selectionsLength: number;
};

export type RecordFacts = Numbers &
  Bytes & {
    /** The first failing check; empty when valid. */
    readonly code: string;
    readonly instanceTag: Buffer;
  };

/** A row of `votes`. */
export type CountedRow = Numbers & Bytes & { readonly database: number };

export function writeRecord(entry: Buffer, at: number, facts: RecordFacts): void {
  const { code } = facts;
  writeBytes(entry, at, facts);
  writeNumbers(entry, at, facts);
  entry[at + 36] = 1;
  entry[at + 73] = code === '' ? 0 : 1;
  entry[at + 92] = 0;
  entry[at + 93] = code === '' ? 0 : errorCodes.findIndex(known => known === code) + 1;
  copyBytes(facts.instanceTag, 0, entry, at + 120, TAG_BYTES);
}

export function writeCountedRow(entry: Buffer, at: number, row: CountedRow): void {
  writeBytes(entry, at, row);
  writeNumbers(entry, at, row);
  entry[at + 36] = 0;
  entry[at + 73] = 0;
  entry[at + 92] = COUNTED;
  entry[at + 93] = 0;
  entry[at + 168] = row.database >>> 8;
  entry[at + 169] = row.database;
}

function writeBytes(entry: Buffer, at: number, facts: Bytes): void {
  copyBytes(facts.ballotKey, facts.ballotKeyAt, entry, at, ID_BYTES);
  copyBytes(facts.voteId, facts.voteIdAt, entry, at + 41, ID_BYTES);
  writeDigest(entry, at + 95, facts.selections, facts.selectionsAt, facts.selectionsLength);
}

function writeNumbers(entry: Buffer, at: number, facts: Numbers): void {
  writeU32(entry, at + 32, facts.election);
  writeU32(entry, at + 37, facts.revision);
  writeU32(entry, at + 74, facts.partition);
  const high = Math.floor(facts.offset / 2 ** 32);
  entry[at + 78] = high >>> 8;
  entry[at + 79] = high;
  writeU32(entry, at + 80, facts.offset);
  double[0] = facts.castAt;
  copyBytes(doubleBytes, 0, entry, at + 84, 8);
  entry[at + 94] = 0;
}

/** Whether a row of `votes` has nothing that no record could have. */
export function fitsEntry(
  row: Pick<CountedRow, 'ballotKey' | 'voteId' | 'partition' | 'offset' | 'revision'>,
): boolean {
  const fits = (value: number, max: number) => Number.isSafeInteger(value) && value >= 0 && value <= max;
  return (
    row.ballotKey.length === ID_BYTES &&
    row.voteId.length === ID_BYTES &&
    fits(row.partition, MAX_PARTITION) &&
    fits(row.offset, MAX_OFFSET) &&
    fits(row.revision, MAX_REVISION)
  );
}

function writeDigest(entry: Buffer, at: number, from: Uint8Array, fromAt: number, length: number): void {
  if (length > INLINE_BYTES) {
    entry[at] = 255;
    const digest = hash('sha256', from.subarray(fromAt, fromAt + length), 'buffer');
    copyBytes(digest, 0, entry, at + 1, INLINE_BYTES);
    return;
  }
  entry[at] = length;
  copyBytes(from, fromAt, entry, at + 1, length);
  for (let place = length; place < INLINE_BYTES; place++) entry[at + 1 + place] = 0;
}

/** What a database says of a record. */
export function setOutcome(
  entry: Buffer,
  at: number,
  outcome: RowOutcome,
  codeTag: Buffer,
  target: Uint8Array | null,
): void {
  entry[at + 92] = 1 + rowOutcomes.indexOf(outcome);
  copyBytes(codeTag, 0, entry, at + 128, TAG_BYTES);
  if (target?.length !== ID_BYTES) return;
  entry[at + 94] = 1;
  copyBytes(target, 0, entry, at + 136, ID_BYTES);
}

export const isRecord = (entry: Buffer, at = 0): boolean => entry[at + 36] === 1;
export const isValid = (entry: Buffer, at = 0): boolean => entry[at + 73] === 0;
export const electionOf = (entry: Buffer, at = 0): number => readU32(entry, at + 32);
export const revisionOf = (entry: Entry): number => readU32(entry, 37);
export const voteIdOf = (entry: Entry): Buffer => entry.subarray(41, 41 + ID_BYTES);
export const ballotKeyOf = (entry: Entry): Buffer => entry.subarray(0, ID_BYTES);
export const partitionOf = (entry: Buffer, at = 0): number => readU32(entry, at + 74);
export const offsetOf = (entry: Entry): number => entry.readUIntBE(78, 6);
export const castAtOf = (entry: Entry): number => {
  copyBytes(entry, 84, doubleBytes, 0, 8);
  return double[0] ?? Number.NaN;
};
/** Where the name tag of the ingestion process begins. */
export const INSTANCE_TAG_AT = 120;
export const codeTagOf = (entry: Entry): Buffer => entry.subarray(128, 136);
export const databaseOf = (entry: Buffer, at = 0): number =>
  ((entry[at + 168] ?? 0) << 8) | (entry[at + 169] ?? 0);
export const outcomeOf = (entry: Buffer, at = 0): RowOutcome | undefined =>
  rowOutcomes[(entry[at + 92] ?? 0) - 1];
export const failingCheckOf = (entry: Entry): string => errorCodes[(entry[93] ?? 0) - 1] ?? '';
export const targetOf = (entry: Entry): Buffer | undefined =>
  entry[94] === 1 ? entry.subarray(136, 136 + ID_BYTES) : undefined;

type SameEntries = (a: Buffer, b: Buffer, aAt?: number, bAt?: number) => boolean;

const same =
  (from: number, to: number): SameEntries =>
  (a, b, aAt = 0, bAt = 0) =>
    sameBytes(a, aAt + from, b, bAt + from, to - from);

export const sameGroup = same(0, GROUP_BYTES);
export const sameVote = same(37, 73);
export const samePosition = same(74, 84);
export const sameCastAt = same(84, 92);
export const sameSelections = same(95, 95 + DIGEST_BYTES);
export const sameVoteId = same(41, 41 + ID_BYTES);
export const sameBallotKey = same(0, ID_BYTES);

/** A duplicate of its own vote. */
export const isOwnDuplicate = (entry: Buffer, at: number): boolean =>
  entry[at + 92] === DUPLICATE &&
  entry[at + 94] === 1 &&
  sameBytes(entry, at + 41, entry, at + 136, ID_BYTES);

/** The order of entries, wherever in their buffers they begin. */
export function compareEntries(a: Buffer, aAt: number, b: Buffer, bAt: number): number {
  // Keys are hashes: their first bytes settle nearly everything.
  for (let at = 0; at < 8; at++) {
    const difference = (a[aAt + at] ?? 0) - (b[bAt + at] ?? 0);
    if (difference !== 0) return difference;
  }
  return (
    a.compare(b, bAt, bAt + 37, aAt, aAt + 37) ||
    -a.compare(b, bAt + 37, bAt + 73, aAt + 37, aAt + 73) ||
    a.compare(b, bAt + 73, bAt + 84, aAt + 73, aAt + 84)
  );
}

const TAG_BYTES = 8;
const COUNTED = 1 + rowOutcomes.indexOf('counted');
const DUPLICATE = 1 + rowOutcomes.indexOf('duplicate');
const double = new Float64Array(1);
const doubleBytes = new Uint8Array(double.buffer);
