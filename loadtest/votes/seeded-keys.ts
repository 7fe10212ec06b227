import { checkPrimeSync, createHash, createPrivateKey, type KeyObject } from 'node:crypto';

/**
 * Keys made from a seed, so that a seed gives the same votes on every machine. Whoever knows the seed has the key: such
 * keys are for elections that nobody means.
 */

const EXPONENT = 65_537n;
const PRIME_BYTES = 128;
/** PKCS#8 of an Ed25519 private key up to its 32 bytes, RFC 8410 section 7. */
const ED25519_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** `length` bytes that depend on nothing but the label: SHAKE256. */
export function seededBytes(label: string, length: number): Buffer {
  return createHash('shake256', { outputLength: length }).update(label).digest();
}

export function seededEd25519Key(label: string): KeyObject {
  const key = Buffer.concat([ED25519_PREFIX, seededBytes(`${label}/ed25519`, 32)]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

/** RSA-2048, e = 65537, as plain `rsa`. Takes some tenths of a second. */
export function seededRsaKey(label: string): KeyObject {
  const p = seededPrime(`${label}/p`);
  const q = seededPrime(`${label}/q`);
  const d = inverse(EXPONENT, (p - 1n) * (q - 1n));
  const parts = { n: p * q, e: EXPONENT, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  const encoded = Object.entries(parts).map(([name, value]) => [name, base64url(value)]);
  return createPrivateKey({ key: { kty: 'RSA', ...Object.fromEntries(encoded) }, format: 'jwk' });
}

/** 1,024 bits with the two highest set, so that the product of two has 2,048; p - 1 has no factor in common with e. */
function seededPrime(label: string): bigint {
  for (let attempt = 0; ; attempt += 1) {
    const bytes = seededBytes(`${label}/${attempt}`, PRIME_BYTES);
    bytes[0] = (bytes[0] ?? 0) | 0xc0;
    bytes[PRIME_BYTES - 1] = (bytes[PRIME_BYTES - 1] ?? 0) | 1;
    const candidate = BigInt(`0x${bytes.toString('hex')}`);
    if (candidate % EXPONENT !== 1n && checkPrimeSync(candidate)) return candidate;
  }
}

/** The inverse of `value` modulo `modulus`, which have no common factor: extended Euclid. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [r, nextR] = [modulus, value % modulus];
  let [t, nextT] = [0n, 1n];
  while (nextR !== 0n) {
    const quotient = r / nextR;
    [r, nextR] = [nextR, r - quotient * nextR];
    [t, nextT] = [nextT, t - quotient * nextT];
  }
  return t < 0n ? t + modulus : t;
}

function base64url(value: bigint): string {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url');
}
