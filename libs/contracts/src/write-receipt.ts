import { rememberLast, utf8 } from './bytes.ts';
import { HASH_LENGTH, siblingAt } from './merkle.ts';
import {
  bytesFieldLength,
  varintLength,
  writeBytesField,
  writeFieldHead,
  writeVarint,
} from './write-protobuf.ts';

/** What a receipt does not share with the others of its batch. */
export type OwnFields = {
  readonly electionId: string;
  /** 32 bytes. */
  readonly voteId: Uint8Array;
  readonly offset: number;
  readonly leafIndex: number;
  /** Of the batch's tree: the path of the leaf is written. */
  readonly levels: readonly Uint8Array[];
};

/** Of `suffrage.v1.Receipt`: field number and wire type. */
const ELECTION_ID = 0x0a;
const VOTE_ID = 0x12;
const OFFSET = 0x28;
const LEAF_INDEX = 0x38;
const PATH = 0x4a;

/** How many bytes `writeOwnFields` writes. */
export function ownFieldsLength({ electionId, voteId, offset, leafIndex, levels }: OwnFields): number {
  let length = bytesFieldLength(electionBytes(electionId).length) + bytesFieldLength(voteId.length);
  length += 1 + varintLength(offset) + 1 + varintLength(leafIndex);
  // Counted by hand, here and below: a pair for each level and vote took a tenth of ingestion's memory.
  for (let height = 0; height < levels.length; height++)
    if (siblingAt(levels[height] ?? NO_LEVEL, height, leafIndex) >= 0) length += HASH_FIELD_LENGTH;
  return length;
}

/** Writes them as parts of a `suffrage.v1.Receipt`: those that the batch shares follow, in any order. @returns where they end */
export function writeOwnFields(to: Uint8Array, from: number, own: OwnFields): number {
  const { electionId, voteId, offset, leafIndex, levels } = own;
  let at = writeBytesField(to, from, ELECTION_ID, electionBytes(electionId));
  at = writeBytesField(to, at, VOTE_ID, voteId);
  to[at++] = OFFSET;
  at = writeVarint(to, at, offset);
  to[at++] = LEAF_INDEX;
  at = writeVarint(to, at, leafIndex);
  for (let height = 0; height < levels.length; height++) {
    const level = levels[height] ?? NO_LEVEL;
    const sibling = siblingAt(level, height, leafIndex);
    if (sibling < 0) continue;
    at = writeFieldHead(to, at, PATH, HASH_LENGTH);
    // Compiled into this: a view of the hash costs more than the copy.
    for (let i = 0; i < HASH_LENGTH; i++) to[at + i] = level[sibling + i] ?? 0;
    at += HASH_LENGTH;
  }
  return at;
}

const electionBytes = rememberLast(utf8);
const HASH_FIELD_LENGTH = bytesFieldLength(HASH_LENGTH);
const NO_LEVEL = new Uint8Array(0);
