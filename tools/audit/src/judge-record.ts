import type { Election } from '@suffrage/contracts/ballot';
import { checkVote, identify, type TokenCheck, VOTER_REFERENCE_LENGTH } from '@suffrage/contracts/check-vote';
import { decodeVoteRecord, type RecordedVote } from '@suffrage/contracts/vote';
import { SALT_LENGTH } from '@suffrage/contracts/vote-id';

/** What a record is by itself, before anything is known of its neighbours or of the database. */
export type JudgedRecord =
  | { readonly state: 'unreadable' }
  | {
      readonly state: 'valid' | 'invalid';
      readonly vote: JudgedVote;
      /** The first failing check, in the fixed order; empty when valid. */
      readonly code: string;
      /** Missing when there is no election to compute it for, or the salt has the wrong length. */
      readonly voteId?: Uint8Array;
      /** Missing as well when the voter reference has a length that no ballot key has. */
      readonly ballotKey?: Uint8Array;
    };

/** What is told further of a vote. */
export type JudgedVote = Pick<RecordedVote, 'electionId' | 'revision' | 'selections' | 'instance'>;

const NOTHING = new Uint8Array(0);

/**
 * Recomputes the vote ID of a record and makes all checks that make a vote valid.
 * @param castAt the record's timestamp, milliseconds since 1970.
 */
export function judgeRecord(
  value: Uint8Array | null,
  castAt: number,
  findElection: (electionId: string) => Election | undefined,
  checkToken: TokenCheck,
): JudgedRecord {
  const vote = decodeVoteRecord(value ?? NOTHING);
  if (!vote) return { state: 'unreadable' };
  const election = findElection(vote.electionId);
  if (!election) return { state: 'invalid', vote, code: 'election-unknown' };
  const checked = checkVote(election, vote, castAt, checkToken);
  if (checked.ok) {
    return { state: 'valid', vote, code: '', voteId: checked.voteId, ballotKey: checked.ballotKey };
  }
  return { state: 'invalid', vote, code: checked.code, ...identityOf(election, vote) };
}

/** Whose vote an invalid record looks like: it may be another copy of a counted vote. */
function identityOf(election: Election, vote: RecordedVote): { voteId?: Uint8Array; ballotKey?: Uint8Array } {
  if (vote.salt.reveal().length !== SALT_LENGTH) return {};
  const { voteId, ballotKey } = identify(election, vote);
  const referenceLength = vote.voterReference.reveal().length;
  const possible = referenceLength === 0 || referenceLength === VOTER_REFERENCE_LENGTH;
  return possible ? { voteId, ballotKey } : { voteId };
}
