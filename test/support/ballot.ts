import type { SignedBallot } from '@suffrage/client/transport';
import { toBase64url } from '@suffrage/contracts/bytes';
import { Redacted } from '@suffrage/contracts/redacted';
import { signedVote, type TestElection } from '@suffrage/contracts/testing.node';
import type { Election } from '@suffrage/contracts/ballot';
import type { Vote } from '@suffrage/contracts/vote';
import { voteId } from '@suffrage/contracts/vote-id';

const MARKED = { mayor: ['mayor-1'], council: [] };

/** A ballot as the client sends it, with a valid token. */
export function newBallot(made: TestElection): SignedBallot {
  const vote = signedVote(made, { marked: MARKED });
  const id = voteIdOf(made.election, vote);
  return {
    vote: {
      election: made.election,
      marked: new Redacted(MARKED),
      salt: vote.salt,
      voteId: id,
      voteIdText: toBase64url(id),
    },
    token: vote,
  };
}

/** 32 bytes, recomputed from what lies in the vote. */
export function voteIdOf(election: Election, vote: Vote): Uint8Array {
  return voteId(election.ballotHash, vote.salt.reveal(), vote.selections.reveal());
}
