import { createPublicKey, verify } from 'node:crypto';
import { fromBase64url } from '@suffrage/contracts/bytes';
import { challengeDigest, tokenInput } from '@suffrage/contracts/privacy-pass';
import { pseudonymousTokenMessage } from '@suffrage/contracts/pseudonymous-token';
import { voteId } from '@suffrage/contracts/vote-id';
import { voteOf, type VoteSet } from '../bench/votes.ts';

/** Verifies one token of the set, always the same and with everything made ready: `crypto.verify` and nothing else. */
export function oneToken(votes: VoteSet): () => void {
  const { definition, ballotHash } = votes.election;
  const published = definition.tokenKeys[0];
  if (!published) throw new Error('the floor needs a key');
  const vote = voteOf(votes, votes.body(0));
  const id = voteId(ballotHash, vote.salt.reveal(), vote.selections.reveal());
  const token = vote.token.reveal();
  const spki = Buffer.from(fromBase64url(published.publicKey) ?? []);
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  const isSecret = definition.mode === 'secret';
  const digest = isSecret ? 'sha384' : null;
  const message = isSecret
    ? tokenInput({
        voteId: id,
        challengeDigest: challengeDigest(definition.issuerName, definition.id),
        tokenKeyId: vote.tokenKeyId,
      })
    : pseudonymousTokenMessage({
        electionId: definition.id,
        voterReference: vote.voterReference.reveal(),
        revision: vote.revision,
        voteId: id,
      });
  return () => {
    if (!verify(digest, message, key, token)) throw new Error('the token of the floor does not verify');
  };
}
