/**
 * Large integers by native BigInt. Nothing here takes constant time: it serves public values, and blinding factors on
 * the voter's own device, where the issuer can't time it; private keys stay in node:crypto.
 */

const hexOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** OS2IP of RFC 8017: big-endian bytes as an integer; no bytes are 0. */
export function bytesToInt(bytes: Uint8Array): bigint {
  let hex = '0x0';
  for (const byte of bytes) hex += hexOf[byte] ?? '';
  return BigInt(hex);
}

/** I2OSP of RFC 8017. @throws RangeError when the integer doesn't fit `length` bytes. */
export function intToBytes(value: bigint, length: number): Uint8Array<ArrayBuffer> {
  const hex = value.toString(16).padStart(2 * length, '0');
  if (value < 0n || hex.length > 2 * length) throw new RangeError(`integer does not fit ${length} bytes`);
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** Bits of a positive integer without leading zeros. */
export function bitLength(value: bigint): number {
  const hex = value.toString(16);
  return 4 * (hex.length - 1) + (32 - Math.clz32(Number.parseInt(hex.charAt(0), 16)));
}

/** base^exponent mod modulus, by squaring. */
export function modPow(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let power = 1n;
  for (const bit of exponent.toString(2)) {
    power = (power * power) % modulus;
    if (bit === '1') power = (power * base) % modulus;
  }
  return power;
}

/** The inverse of `value` modulo `modulus` by Euclid's extended algorithm; `undefined` when they share a factor. */
export function modInverse(value: bigint, modulus: bigint): bigint | undefined {
  let [remainder, nextRemainder] = [modulus, value % modulus];
  let [factor, nextFactor] = [0n, 1n];
  while (nextRemainder !== 0n) {
    const quotient = remainder / nextRemainder;
    [remainder, nextRemainder] = [nextRemainder, remainder - quotient * nextRemainder];
    [factor, nextFactor] = [nextFactor, factor - quotient * nextFactor];
  }
  if (remainder !== 1n) return undefined;
  return factor < 0n ? factor + modulus : factor;
}
