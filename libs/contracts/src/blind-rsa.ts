import { emsaPssEncode, emsaPssVerify } from './emsa-pss.ts';
import { bitLength, bytesToInt, intToBytes, modInverse, modPow } from './integers.ts';
import type { RsaPublicKey } from './rsa-public-key.ts';

/**
 * The client's half of RSABSSA-SHA384-PSS-Deterministic, RFC 9474 section 4, for browsers and Node. The issuer's half,
 * BlindSign, is in `token-keys.node.ts`. *Deterministic* means that the message is signed as it is (PrepareIdentity);
 * the RFC allows that for messages of high entropy, and ours holds a vote ID, which hides behind a 32-byte salt.
 * Works for any length of modulus; the suite uses 2,048 bits.
 */

/** `salt_len` of this variant, bytes. */
export const SALT_LEN = 48;

/** Fresh bytes, unpredictable to the issuer: blindness rests on them. */
export type RandomSource = (length: number) => Uint8Array;

export type Blinded = {
  /** Goes to the issuer: `modulus_len` bytes, independent of the message. */
  readonly blindedMessage: Uint8Array;
  /** Stays with the voter until `finalize`, below the modulus. It links the vote to the request: never send it. */
  readonly inverse: bigint;
};

export type Finalized =
  | { readonly ok: true /** `modulus_len` bytes. */; readonly signature: Uint8Array }
  | { readonly ok: false; readonly reason: 'unexpected-input-size' | 'invalid-signature' };

/** Each draw of the modulus's bits is below the modulus with at least 1/2, so 128 failures mean that something is broken. */
const MAX_DRAWS = 128;

/**
 * Blind, RFC 9474 section 4.2.
 * @param random asked for the PSS salt (48 bytes) first, then for blinding factors.
 * @throws RangeError when the modulus is too short; Error when the random source or the key is broken.
 */
export function blind(
  publicKey: RsaPublicKey,
  message: Uint8Array,
  random: RandomSource = systemRandom,
): Blinded {
  const { n, e } = publicKey;
  const bits = bitLength(n);
  const m = bytesToInt(emsaPssEncode(message, bits - 1, random(SALT_LEN)));
  const { r, inverse } = blindingFactor(m, n, bits, random);
  const z = (m * modPow(r, e, n)) % n;
  return { blindedMessage: intToBytes(z, Math.ceil(bits / 8)), inverse };
}

/**
 * Finalize, RFC 9474 section 4.4: removes the blinding and verifies, so that a signature that comes out is one that
 * everybody will accept, whatever the issuer answered.
 */
export function finalize(
  publicKey: RsaPublicKey,
  message: Uint8Array,
  blindSignature: Uint8Array,
  inverse: bigint,
): Finalized {
  const modulusLen = Math.ceil(bitLength(publicKey.n) / 8);
  if (blindSignature.length !== modulusLen) return { ok: false, reason: 'unexpected-input-size' };
  const s = (bytesToInt(blindSignature) * inverse) % publicKey.n;
  const signature = intToBytes(s, modulusLen);
  return verifyPss(publicKey, message, signature)
    ? { ok: true, signature }
    : { ok: false, reason: 'invalid-signature' };
}

/**
 * RSASSA-PSS-VERIFY of RFC 8017 section 8.1.2 with this variant's parameters, by plain arithmetic. For clients; services
 * use `verify-token.node.ts`, which is some ten times as fast.
 */
export function verifyPss({ n, e }: RsaPublicKey, message: Uint8Array, signature: Uint8Array): boolean {
  const bits = bitLength(n);
  if (signature.length !== Math.ceil(bits / 8)) return false;
  const s = bytesToInt(signature);
  if (s >= n) return false;
  const m = modPow(s, e, n);
  // With a modulus of 8k + 1 bits the encoded message is one byte shorter than the signature.
  if (bitLength(m) > bits - 1) return false;
  return emsaPssVerify(message, intToBytes(m, Math.ceil((bits - 1) / 8)), bits - 1, SALT_LEN);
}

/**
 * r is uniform in [1, n) by rejection: a remainder would favour small values and so leak. One inversion, of m * r, gives
 * the inverse of r and shows that m and r share no factor with n, at half the time of inverting both.
 */
function blindingFactor(
  m: bigint,
  n: bigint,
  bits: number,
  random: RandomSource,
): { r: bigint; inverse: bigint } {
  const length = Math.ceil(bits / 8);
  const unusedBits = BigInt(8 * length - bits);
  for (let draw = 0; draw < MAX_DRAWS; draw++) {
    const r = bytesToInt(random(length)) >> unusedBits;
    const inverseOfProduct = r > 0n && r < n ? modInverse((m * r) % n, n) : undefined;
    if (inverseOfProduct !== undefined) return { r, inverse: (inverseOfProduct * m) % n };
  }
  throw new Error(`no blinding factor in ${MAX_DRAWS} draws: the random source or the public key is broken`);
}

function systemRandom(length: number): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(length));
}
