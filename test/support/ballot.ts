import type { SignedBallot } from '@suffrage/client/transport';
import { toBase64url } from '@suffrage/contracts/bytes';
import { Redacted } from '@suffrage/contracts/redacted';
import { signedVote, type TestElection } from '@suffrage/contracts/testing.node';
import type { Vote } from '@suffrage/contracts/vote';
import { voteId } from '@suffrage/contracts/vote-id';

const MARKED = { mayor: ['mayor-1'], council: [] };

type Options = NonNullable<Parameters<typeof signedVote>[1]>;

/** A vote of a test election as the client library casts it. */
export function signedBallot(
  made: TestElection,
  { marked = MARKED, ...options }: Options = {},
): SignedBallot {
  const vote = signedVote(made, { marked, ...options });
  const id = voteIdOf(made, vote);
  return {
    vote: {
      election: made.election,
      marked: new Redacted(marked),
      salt: vote.salt,
      voteId: id,
      voteIdText: toBase64url(id),
    },
    token: vote,
  };
}

/** 32 bytes, recomputed from what lies in the vote. */
export function voteIdOf({ election }: TestElection, vote: Vote): Uint8Array {
  return voteId(election.ballotHash, vote.salt.reveal(), vote.selections.reveal());
}
