import { type Election, timeRefusal } from './ballot.ts';
import { type ErrorCode, type Refusal, refuse } from './errors.ts';
import { fitsBallot } from './selections.ts';
import { ballotKey } from './shards.ts';
import type { Vote } from './vote.ts';
import { SALT_LENGTH, voteId } from './vote-id.ts';

export const VOTER_REFERENCE_LENGTH = 32;

/** Whether the token signs this vote ID for this election; the code says why not. */
export type TokenCheck = (
  election: Election,
  signed: {
    readonly voteId: Uint8Array;
    readonly token: Uint8Array;
    readonly tokenKeyId: Uint8Array;
    readonly revision: number;
    readonly voterReference: Uint8Array;
  },
) => { readonly ok: true } | { readonly ok: false; readonly code: ErrorCode };

/** Recomputed from what a vote holds. */
export type VoteIdentity = {
  /** 32 bytes. */
  readonly voteId: Uint8Array;
  /** 32 bytes: what may be counted at most once. */
  readonly ballotKey: Uint8Array;
};
export type VerifiedVote = VoteIdentity & { readonly ok: true };

/**
 * What makes a marked vote valid, in the fixed order: fields that fit the mode -> vote ID recomputed -> token. The
 * first failing check gives the code. That the election is open and the selections fit its ballot is checked before.
 * @param identity of this very vote, where it was recomputed already: that costs as much as all else here but the token.
 */
export function verifyVote(
  election: Election,
  vote: Vote,
  checkToken: TokenCheck,
  identity?: VoteIdentity,
): VerifiedVote | Refusal {
  const misfit = modeRefusal(election, vote);
  if (misfit) return misfit;
  const id = identity ?? identify(election, vote);
  const token = checkToken(election, {
    voteId: id.voteId,
    token: vote.token.reveal(),
    tokenKeyId: vote.tokenKeyId,
    revision: vote.revision,
    voterReference: vote.voterReference.reveal(),
  });
  if (!token.ok) return refuse(token.code, token.code === 'token-key-unknown' ? 'tokenKeyId' : 'token');
  return { ok: true, voteId: id.voteId, ballotKey: id.ballotKey };
}

/**
 * All checks of a recorded vote, in their fixed order: open at that instant -> selections within the ballot -> mode ->
 * vote ID -> token. A service that relies on a vote verifies it itself.
 * @param millis the record's timestamp, milliseconds since 1970.
 * @param identity as for `verifyVote`.
 */
export function checkVote(
  election: Election,
  vote: Vote,
  millis: number,
  checkToken: TokenCheck,
  identity?: VoteIdentity,
): VerifiedVote | Refusal {
  const closed = timeRefusal(election, millis);
  if (closed) return refuse(closed);
  if (!fitsBallot(election, vote.selections.reveal())) return refuse('selections-invalid', 'selections');
  return verifyVote(election, vote, checkToken, identity);
}

/** Vote ID and ballot key of a vote whose salt has the right length. */
export function identify(election: Election, vote: Vote): VoteIdentity {
  const id = voteId(election.ballotHash, vote.salt.reveal(), vote.selections.reveal());
  return { voteId: id, ballotKey: ballotKey(id, vote.voterReference.reveal()) };
}

const MAX_REVISION = 2 ** 31 - 1;

const FIELDS = {
  'salt-length': 'salt',
  'voter-reference-invalid': 'voterReference',
  'revision-invalid': 'revision',
} as const;

/** `secret`: no revision, no voter reference. `pseudonymous`: a reference, and revision 1, or above with revote. */
export function modeRefusal(election: Election, vote: Vote): Refusal | undefined {
  const saltLength = vote.salt.reveal().length;
  const fault = modeFault(election, saltLength, vote.voterReference.reveal().length, vote.revision);
  return fault && refuse(fault, FIELDS[fault]);
}

/** The same of lengths in bytes. */
export function modeFault(
  { definition }: Election,
  saltLength: number,
  referenceLength: number,
  revision: number,
): keyof typeof FIELDS | undefined {
  if (saltLength !== SALT_LENGTH) return 'salt-length';
  const secret = definition.mode === 'secret';
  if (referenceLength !== (secret ? 0 : VOTER_REFERENCE_LENGTH)) return 'voter-reference-invalid';
  const lowest = secret ? 0 : 1;
  const highest = definition.revote === 'last' ? MAX_REVISION : lowest;
  return revision < lowest || revision > highest ? 'revision-invalid' : undefined;
}
