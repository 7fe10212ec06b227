import { hash } from 'node:crypto';
import { errorCodes } from '@suffrage/contracts/errors';

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
 * name tag of the row's code, 8; 136 target, 32; 168 database, u16.
 */
export const ENTRY_BYTES = 170;
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

/** `ENTRY_BYTES` bytes; usually a view of a longer buffer. */
export type Entry = Buffer;

export type RecordFacts = {
  readonly ballotKey: Uint8Array;
  /** Place of its definition among those of the topic. */
  readonly election: number;
  readonly revision: number;
  readonly voteId: Uint8Array;
  /** The first failing check; empty when valid. */
  readonly code: string;
  readonly partition: number;
  readonly offset: number;
  readonly castAt: number;
  readonly selections: Uint8Array;
  readonly instanceTag: Buffer;
};

export function writeRecord(entry: Entry, facts: RecordFacts): void {
  entry.set(facts.ballotKey, 0);
  entry.writeUInt32BE(facts.election, 32);
  entry[36] = 1;
  entry.writeUInt32BE(facts.revision, 37);
  entry.set(facts.voteId, 41);
  entry[73] = facts.code === '' ? 0 : 1;
  writePosition(entry, facts);
  entry[92] = 0;
  entry[93] = facts.code === '' ? 0 : errorCodes.findIndex(code => code === facts.code) + 1;
  entry[94] = 0;
  writeDigest(entry, facts.selections);
  entry.set(facts.instanceTag, 120);
}

export type CountedRow = Pick<RecordFacts, 'ballotKey' | 'election' | 'voteId' | 'partition' | 'offset'> & {
  readonly revision: number;
  readonly castAt: number;
  readonly selections: Uint8Array;
  readonly database: number;
};

export function writeCountedRow(entry: Entry, row: CountedRow): void {
  entry.set(row.ballotKey, 0);
  entry.writeUInt32BE(row.election, 32);
  entry[36] = 0;
  entry.writeUInt32BE(row.revision, 37);
  entry.set(row.voteId, 41);
  entry[73] = 0;
  writePosition(entry, row);
  entry[92] = 1 + rowOutcomes.indexOf('counted');
  entry[93] = 0;
  entry[94] = 0;
  writeDigest(entry, row.selections);
  entry.writeUInt16BE(row.database, 168);
}

/** Whether a row of `votes` has nothing that no record could have. */
export function fitsEntry(row: Omit<CountedRow, 'election' | 'selections'>): boolean {
  const fits = (value: number, max: number) => Number.isSafeInteger(value) && value >= 0 && value <= max;
  return (
    row.ballotKey.length === ID_BYTES &&
    row.voteId.length === ID_BYTES &&
    fits(row.partition, MAX_PARTITION) &&
    fits(row.offset, MAX_OFFSET) &&
    fits(row.revision, MAX_REVISION)
  );
}

function writePosition(
  entry: Entry,
  at: { readonly partition: number; readonly offset: number; readonly castAt: number },
) {
  entry.writeUInt32BE(at.partition, 74);
  entry.writeUIntBE(at.offset, 78, 6);
  entry.writeDoubleBE(at.castAt, 84);
}

function writeDigest(entry: Entry, selections: Uint8Array): void {
  if (selections.length <= INLINE_BYTES) {
    entry[95] = selections.length;
    entry.fill(0, 96, 95 + DIGEST_BYTES);
    entry.set(selections, 96);
  } else {
    entry[95] = 255;
    entry.set(hash('sha256', selections, 'buffer').subarray(0, INLINE_BYTES), 96);
  }
}

/** What a database says of a record. */
export function setOutcome(
  entry: Entry,
  outcome: RowOutcome,
  codeTag: Buffer,
  target: Uint8Array | null,
): void {
  entry[92] = 1 + rowOutcomes.indexOf(outcome);
  entry.set(codeTag, 128);
  if (target?.length !== ID_BYTES) return;
  entry[94] = 1;
  entry.set(target, 136);
}

export const isRecord = (entry: Entry): boolean => entry[36] === 1;
export const isValid = (entry: Entry): boolean => entry[73] === 0;
export const electionOf = (entry: Entry): number => entry.readUInt32BE(32);
export const revisionOf = (entry: Entry): number => entry.readUInt32BE(37);
export const voteIdOf = (entry: Entry): Buffer => entry.subarray(41, 41 + ID_BYTES);
export const ballotKeyOf = (entry: Entry): Buffer => entry.subarray(0, ID_BYTES);
export const partitionOf = (entry: Entry): number => entry.readUInt32BE(74);
export const offsetOf = (entry: Entry): number => entry.readUIntBE(78, 6);
export const castAtOf = (entry: Entry): number => entry.readDoubleBE(84);
export const instanceTagOf = (entry: Entry): Buffer => entry.subarray(120, 128);
export const codeTagOf = (entry: Entry): Buffer => entry.subarray(128, 136);
export const databaseOf = (entry: Entry): number => entry.readUInt16BE(168);
export const outcomeOf = (entry: Entry): RowOutcome | undefined => rowOutcomes[(entry[92] ?? 0) - 1];
export const failingCheckOf = (entry: Entry): string => errorCodes[(entry[93] ?? 0) - 1] ?? '';
export const targetOf = (entry: Entry): Buffer | undefined =>
  entry[94] === 1 ? entry.subarray(136, 136 + ID_BYTES) : undefined;

export const sameGroup = (a: Entry, b: Entry): boolean => sameBytes(a, b, 0, GROUP_BYTES);
export const sameVote = (a: Entry, b: Entry): boolean => sameBytes(a, b, 37, 73);
export const samePosition = (a: Entry, b: Entry): boolean => sameBytes(a, b, 74, 84);
export const sameSelections = (a: Entry, b: Entry): boolean => sameBytes(a, b, 95, 95 + DIGEST_BYTES);
export const sameVoteId = (a: Entry, b: Entry): boolean => sameBytes(a, b, 41, 41 + ID_BYTES);
export const sameBallotKey = (a: Entry, b: Entry): boolean => sameBytes(a, b, 0, ID_BYTES);

/** `Buffer.compare` with places costs more than to look at so few bytes. */
function sameBytes(a: Entry, b: Entry, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (a[at] !== b[at]) return false;
  return true;
}

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
