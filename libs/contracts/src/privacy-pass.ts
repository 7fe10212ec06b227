import { sha256 } from '#hash';
import { concat, lengthPrefixed, u16, utf8 } from './bytes.ts';

/**
 * The bytes of tokens in `secret` elections: Privacy Pass, publicly verifiable, RFC 9578 section 6 and RFC 9577
 * section 2. The vote ID takes the place of the nonce, so the issuer's signature is a signed vote ID. A whole Token in
 * the sense of RFC 9577 is `tokenInput(...)` followed by the signature, which any Privacy Pass verifier accepts.
 */

/** Blind RSA (2048-bit). */
export const TOKEN_TYPE = 0x0002;
/** Bytes of a signature, and of a blinded message. */
export const Nk = 256;
/** Bytes of a token key id. */
export const Nid = 32;
const NONCE_LENGTH = 32;
const DIGEST_LENGTH = 32;

const REDEMPTION_DOMAIN = utf8('suffrage/election/v1');
const EMPTY = new Uint8Array(0);

/**
 * TokenChallenge of RFC 9577 section 2.1 with empty origin_info.
 * @param issuerName the registrar's host name, ASCII, 1..65,535 bytes.
 * @param context redemption_context: 32 bytes, or none.
 */
export function tokenChallenge(issuerName: string, context: Uint8Array): Uint8Array {
  if (context.length !== 0) requireLength('redemption_context', context, 32);
  return concat(
    u16(TOKEN_TYPE),
    lengthPrefixed(utf8(issuerName)),
    Uint8Array.of(context.length),
    context,
    lengthPrefixed(EMPTY),
  );
}

/** What ties a token to one election, 32 bytes: `SHA-256("suffrage/election/v1" || election ID)`. */
export function redemptionContext(electionId: string): Uint8Array {
  return sha256(concat(REDEMPTION_DOMAIN, utf8(electionId)));
}

/** SHA-256 of the TokenChallenge of this election, 32 bytes: the same for each of its voters. */
export function challengeDigest(issuerName: string, electionId: string): Uint8Array {
  return sha256(tokenChallenge(issuerName, redemptionContext(electionId)));
}

/** SHA-256 of the SPKI (DER) as it is published, 32 bytes. */
export function tokenKeyId(publishedSpki: Uint8Array): Uint8Array {
  return sha256(publishedSpki);
}

/**
 * The message that is signed, 98 bytes: `0x0002 || voteId || challenge_digest || token_key_id`.
 * @throws RangeError when a part doesn't have 32 bytes (callers check what comes from outside first).
 */
export function tokenInput(parts: {
  readonly voteId: Uint8Array;
  readonly challengeDigest: Uint8Array;
  readonly tokenKeyId: Uint8Array;
}): Uint8Array {
  requireLength('voteId', parts.voteId, NONCE_LENGTH);
  requireLength('challengeDigest', parts.challengeDigest, DIGEST_LENGTH);
  requireLength('tokenKeyId', parts.tokenKeyId, Nid);
  return concat(u16(TOKEN_TYPE), parts.voteId, parts.challengeDigest, parts.tokenKeyId);
}

function requireLength(name: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw new RangeError(`${name} has ${bytes.length} bytes, not ${length}`);
}
