import { type Election, timeRefusal } from '@suffrage/contracts/ballot';
import { modeFault, type TokenCheck } from '@suffrage/contracts/check-vote';
import {
  findPlainFields,
  noPlainFields,
  noText,
  type PlainFields,
  readPlainText,
} from '@suffrage/contracts/read-vote-record';
import { fitsBallot } from '@suffrage/contracts/selections';
import { VOTE_ID_LENGTH, writeVoteId } from '@suffrage/contracts/vote-id';
import type { Case } from './case.ts';
import type { LogPlace } from './read-batches.ts';

/** A valid vote, where it lies; used anew for the next one. */
export type PlainVote = {
  electionId: string;
  /** Place of its definition among those of the topic. */
  election: number;
  revision: number;
  instance: string;
  /** 32 bytes, of this vote until the next one is read. */
  readonly voteId: Uint8Array;
  ballotKey: Uint8Array;
  ballotKeyAt: number;
  bytes: Uint8Array;
  selectionsAt: number;
  selectionsLength: number;
};

/**
 * Judges records as `judgeRecord` does, as long as they are as nearly all are: written in plain form, and valid. Makes no
 * object for them. `undefined` says nothing of a record: it goes the long way.
 */
export function createPlainReader(
  { findElection, electionIds, signatures }: Pick<Case, 'findElection' | 'electionIds' | 'signatures'>,
  checkToken: TokenCheck,
): (record: LogPlace) => PlainVote | undefined {
  const fields = noPlainFields();
  const [electionText, instanceText] = [noText(), noText()];
  const voteId = new Uint8Array(VOTE_ID_LENGTH);
  const vote: PlainVote = {
    electionId: '',
    election: 0,
    revision: 0,
    instance: '',
    voteId,
    ballotKey: voteId,
    ballotKeyAt: 0,
    bytes: voteId,
    selectionsAt: 0,
    selectionsLength: 0,
  };
  let election: Election | undefined;

  const takeElection = (id: string) => {
    vote.electionId = id;
    vote.election = electionIds.indexOf(id);
    election = findElection(id);
  };
  const isSigned = (known: Election, { bytes }: LogPlace) =>
    checkToken(known, {
      voteId,
      token: bytes.subarray(fields.tokenAt, fields.tokenAt + fields.tokenLength),
      tokenKeyId: bytes.subarray(fields.tokenKeyIdAt, fields.tokenKeyIdAt + fields.tokenKeyIdLength),
      revision: fields.revision,
      voterReference: bytes.subarray(
        fields.voterReferenceAt,
        fields.voterReferenceAt + fields.voterReferenceLength,
      ),
    }).ok;

  return record => {
    const { bytes, valueAt, valueLength } = record;
    if (!findPlainFields(bytes, valueAt, valueAt + valueLength, fields)) return undefined;
    const id = readPlainText(bytes, fields.electionAt, fields.electionLength, electionText);
    const instance = readPlainText(bytes, fields.instanceAt, fields.instanceLength, instanceText);
    if (id === undefined || instance === undefined) return undefined;
    if (id !== vote.electionId) takeElection(id);
    if (!election || vote.election < 0 || !fits(election, record, fields)) return undefined;
    writeVoteId(election.ballotHash, bytes, fields, voteId);
    // Without signatures a token is not looked at.
    if (signatures && !isSigned(election, record)) return undefined;
    vote.revision = fields.revision;
    vote.instance = instance;
    vote.bytes = bytes;
    vote.selectionsAt = fields.selectionsAt;
    vote.selectionsLength = fields.selectionsLength;
    const secret = fields.voterReferenceLength === 0;
    vote.ballotKey = secret ? voteId : bytes;
    vote.ballotKeyAt = secret ? 0 : fields.voterReferenceAt;
    return vote;
  };
}

/** Open at that instant, selections within the ballot, fields that fit the mode. */
function fits(election: Election, { bytes, castAt }: LogPlace, fields: PlainFields): boolean {
  const { selectionsAt, selectionsLength, saltLength, voterReferenceLength, revision } = fields;
  return (
    timeRefusal(election, castAt) === undefined &&
    fitsBallot(election, bytes, selectionsAt, selectionsAt + selectionsLength) &&
    modeFault(election, saltLength, voterReferenceLength, revision) === undefined
  );
}
