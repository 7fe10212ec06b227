import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { electionId } from './election.ts';
import { VoteRecord } from './generated/suffrage/v1/vote_record.ts';
import { readPlainRecord } from './read-vote-record.ts';
import { Redacted } from './redacted.ts';

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

/** Kept, because a new one for each record grows three times. */
const writer = new BinaryWriter();

/** The bytes of a record on topic `votes`. @throws Error when the revision is no u32. */
export function encodeVoteRecord(vote: Vote, instance: string): Uint8Array {
  const record = {
    electionId: vote.electionId,
    selections: vote.selections.reveal(),
    salt: vote.salt.reveal(),
    token: vote.token.reveal(),
    tokenKeyId: vote.tokenKeyId,
    revision: vote.revision,
    voterReference: vote.voterReference.reveal(),
    instance,
  };
  try {
    return VoteRecord.encode(record, writer).finish();
  } catch (error) {
    // Empties the writer of what came before the fault.
    writer.finish();
    throw error;
  }
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
