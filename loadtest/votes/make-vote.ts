import { constants, privateDecrypt } from 'node:crypto';
import { toBase64url } from '@suffrage/contracts/bytes';
import { emsaPssEncode } from '@suffrage/contracts/emsa-pss';
import { challengeDigest, tokenInput } from '@suffrage/contracts/privacy-pass';
import { encodeSelections, selectOptions } from '@suffrage/contracts/selections';
import { signPseudonymousToken } from '@suffrage/contracts/token-keys.node';
import type { CastVoteBody } from '@suffrage/contracts/vote-request';
import { voteId } from '@suffrage/contracts/vote-id';
import type { LoadElection } from './load-election.ts';
import { seededBytes } from './seeded-keys.ts';

const SALT_BYTES = 32;
const PSS_SALT_BYTES = 48;
const REFERENCE_BYTES = 32;
const MODULUS_BITS = 2048;
/** Votes of one voter for each of their revisions: so two with equal revisions conflict as well. */
const VOTES_PER_REVISION = 2;

/** The REST body of the vote at this place, 0 and up, the same whenever it is made: 0.5 ms (`secret`), 0.1 ms. */
export function makeVote(load: LoadElection, index: number): CastVoteBody {
  const { plan, id, election } = load;
  const random = seededBytes(`suffrage/load/v1/${id}/vote/${index}`, SALT_BYTES + PSS_SALT_BYTES + 4);
  const salt = random.subarray(0, SALT_BYTES);
  const selections = choose(random.subarray(SALT_BYTES + PSS_SALT_BYTES));
  const selected = selectOptions(election, selections);
  if (!selected.ok) throw new Error(`${selected.field}: ${selected.code}`);
  const committed = voteId(election.ballotHash, salt, encodeSelections(selected.selections));
  const common = { selections, salt: toBase64url(salt), tokenKeyId: load.publishedTokenKey.keyId };
  if (plan.mode === 'secret') {
    const pssSalt = random.subarray(SALT_BYTES, SALT_BYTES + PSS_SALT_BYTES);
    return { ...common, token: toBase64url(secretToken(load, committed, pssSalt)) };
  }
  const { voterReference, revision } = voterOf(load, index);
  const claim = { electionId: id, voterReference, revision, voteId: committed };
  return {
    ...common,
    token: toBase64url(signPseudonymousToken(load.tokenKey, claim)),
    revision,
    voterReference: toBase64url(voterReference),
  };
}

/** Exactly one mayor, none to two of the council. */
function choose(random: Uint8Array): CastVoteBody['selections'] {
  const [mayor = 0, count = 0, first = 0, second = 0] = random;
  const council = [first % 4, (first + 1 + (second % 3)) % 4].slice(0, count % 3);
  return { mayor: [`mayor-${1 + (mayor % 3)}`], council: council.map(place => `council-${1 + place}`) };
}

/** What blinding, signing and unblinding give, with the salt from the seed (RSASSA-PSS, RFC 8017 section 8.1.1). */
function secretToken(load: LoadElection, committed: Uint8Array, pssSalt: Uint8Array): Uint8Array {
  const { issuerName } = load.election.definition;
  const message = tokenInput({
    voteId: committed,
    challengeDigest: challengeDigest(issuerName, load.id),
    tokenKeyId: load.tokenKeyId,
  });
  const encoded = emsaPssEncode(message, MODULUS_BITS - 1, pssSalt);
  return privateDecrypt({ key: load.tokenKey, padding: constants.RSA_NO_PADDING }, encoded);
}

/**
 * The votes of one voter lie side by side, so that they meet in time. Their revisions are 1, 1, 2, 2, … from a place that
 * the seed chooses, so that later ones also come first.
 */
function voterOf({ plan, id }: LoadElection, index: number) {
  const voter = Math.floor(index / plan.votesPerVoter);
  const random = seededBytes(`suffrage/load/v1/${id}/voter/${voter}`, REFERENCE_BYTES + 1);
  const place = (index + (random[REFERENCE_BYTES] ?? 0)) % plan.votesPerVoter;
  return {
    voterReference: random.subarray(0, REFERENCE_BYTES),
    revision: 1 + Math.floor(place / VOTES_PER_REVISION),
  };
}
