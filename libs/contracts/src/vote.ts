import { rememberLast, utf8 } from './bytes.ts';
import { electionId } from './election.ts';
import { VoteRecord } from './generated/suffrage/v1/vote_record.ts';
import { readPlainRecord } from './read-vote-record.ts';
import { Redacted } from './redacted.ts';
import {
  ELECTION_ID,
  INSTANCE,
  REVISION,
  SALT,
  SELECTIONS,
  TOKEN,
  TOKEN_KEY_ID,
  VOTER_REFERENCE,
} from './vote-fields.ts';
import {
  bytesFieldLength,
  shortLived,
  varintLength,
  writeBytesField,
  writeVarint,
} from './write-protobuf.ts';

/** A vote inside a service: parsed, not yet believed. What could tell a choice or a voter never prints. */
export type Vote = {
  readonly electionId: string;
  /** Canonical bytes (`encodeSelections`). */
  readonly selections: Redacted<Uint8Array>;
  readonly salt: Redacted<Uint8Array>;
  readonly token: Redacted<Uint8Array>;
  readonly tokenKeyId: Uint8Array;
  /** 0 in `secret` mode. */
  readonly revision: number;
  /** Empty in `secret` mode. */
  readonly voterReference: Redacted<Uint8Array>;
};

const MAX_U32 = 2 ** 32 - 1;

const electionBytes = rememberLast(utf8);
const instanceBytes = rememberLast(utf8);

/** The bytes of a record on topic `votes`, as the generated encoder writes them; a view (`shortLived`). @throws RangeError when the revision is no u32. */
export function encodeVoteRecord(vote: Vote, instance: string): Uint8Array {
  const { revision, tokenKeyId } = vote;
  if (!Number.isInteger(revision) || revision < 0 || revision > MAX_U32)
    throw new RangeError(`revision ${revision} is no u32`);
  const [election, writer] = [electionBytes(vote.electionId), instanceBytes(instance)];
  const [selections, salt] = [vote.selections.reveal(), vote.salt.reveal()];
  const [token, voterReference] = [vote.token.reveal(), vote.voterReference.reveal()];
  const bytes = shortLived(
    fieldLength(election) +
      fieldLength(selections) +
      fieldLength(salt) +
      fieldLength(token) +
      fieldLength(tokenKeyId) +
      (revision === 0 ? 0 : 1 + varintLength(revision)) +
      fieldLength(voterReference) +
      fieldLength(writer),
  );
  let at = writeField(bytes, 0, ELECTION_ID, election);
  at = writeField(bytes, at, SELECTIONS, selections);
  at = writeField(bytes, at, SALT, salt);
  at = writeField(bytes, at, TOKEN, token);
  at = writeField(bytes, at, TOKEN_KEY_ID, tokenKeyId);
  if (revision !== 0) {
    bytes[at] = REVISION;
    at = writeVarint(bytes, at + 1, revision);
  }
  at = writeField(bytes, at, VOTER_REFERENCE, voterReference);
  writeField(bytes, at, INSTANCE, writer);
  return bytes;
}

/** What is empty is left out. */
function fieldLength({ length }: Uint8Array): number {
  return length === 0 ? 0 : bytesFieldLength(length);
}

function writeField(to: Uint8Array, at: number, tag: number, content: Uint8Array): number {
  return content.length === 0 ? at : writeBytesField(to, at, tag, content);
}

export type RecordedVote = Vote & { readonly instance: string };

/** Reads a record of topic `votes`; never throws. `undefined` when the bytes are not a vote record at all. */
export function decodeVoteRecord(value: Uint8Array): RecordedVote | undefined {
  const record = readPlainRecord(value) ?? decodeOrUndefined(value);
  if (!record || !isElectionId(record.electionId)) return undefined;
  return {
    electionId: record.electionId,
    selections: new Redacted(record.selections),
    salt: new Redacted(record.salt),
    token: new Redacted(record.token),
    tokenKeyId: record.tokenKeyId,
    revision: record.revision,
    voterReference: new Redacted(record.voterReference),
    instance: record.instance,
  };
}

let lastElectionId: string | undefined;

/** Nearly always the same as before. */
function isElectionId(id: string): boolean {
  if (id === lastElectionId) return true;
  if (!electionId.safeParse(id).success) return false;
  lastElectionId = id;
  return true;
}

function decodeOrUndefined(value: Uint8Array): VoteRecord | undefined {
  try {
    return VoteRecord.decode(value);
  } catch {
    return undefined;
  }
}
