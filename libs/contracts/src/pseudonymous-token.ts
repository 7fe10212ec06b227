import { concat, lengthPrefixed, u32, utf8 } from './bytes.ts';

/** Bytes of an Ed25519 signature, RFC 8032. */
export const PSEUDONYMOUS_TOKEN_LENGTH = 64;
const HASH_LENGTH = 32;
const DOMAIN = utf8('suffrage/token/v1');

/** What the registrar vouches for: this voter's vote in this election, at this revision. */
export type PseudonymousClaim = {
  readonly electionId: string;
  /** 32 bytes. */
  readonly voterReference: Uint8Array;
  /** Whole, 0..4,294,967,295. */
  readonly revision: number;
  /** 32 bytes. */
  readonly voteId: Uint8Array;
};

/**
 * The bytes that Ed25519 signs in `pseudonymous` elections:
 * `"suffrage/token/v1" || u16 length || election ID || voterReference (32) || u32 revision || voteId (32)`.
 * Only the election ID varies in length, and it carries its own, so no two claims share their bytes.
 * @throws RangeError when a part has the wrong length or the revision is no u32 (callers check what comes from outside).
 */
export function pseudonymousTokenMessage(claim: PseudonymousClaim): Uint8Array {
  const { electionId, voterReference, revision, voteId } = claim;
  if (voterReference.length !== HASH_LENGTH) throw new RangeError('voterReference must have 32 bytes');
  if (voteId.length !== HASH_LENGTH) throw new RangeError('voteId must have 32 bytes');
  return concat(DOMAIN, lengthPrefixed(utf8(electionId)), voterReference, u32(revision), voteId);
}
