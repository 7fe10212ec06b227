import { sha384 } from '#hash';
import { concat, equalBytes, u32 } from './bytes.ts';

/** The length of a SHA-384 hash, `hLen` of RFC 8017. */
const H_LEN = 48;
const TRAILER = 0xbc;
const PADDING_1 = new Uint8Array(8);

/**
 * EMSA-PSS-ENCODE of RFC 8017 section 9.1.1 with SHA-384 and MGF1-SHA-384.
 * @param emBits one less than the bits of the modulus.
 * @returns ceil(emBits / 8) bytes.
 * @throws RangeError when the modulus is too short for hash and salt.
 */
export function emsaPssEncode(
  message: Uint8Array,
  emBits: number,
  salt: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const emLen = Math.ceil(emBits / 8);
  const dbLen = emLen - H_LEN - 1;
  if (dbLen < salt.length + 1) throw new RangeError(`${emBits} bits are too few for hash and salt`);
  const h = sha384(concat(PADDING_1, sha384(message), salt));
  const db = concat(new Uint8Array(dbLen - salt.length - 1), Uint8Array.of(0x01), salt);
  const maskedDb = exclusiveOr(db, mgf1(h, dbLen));
  maskedDb[0] = (maskedDb[0] ?? 0) & topMask(emBits, emLen);
  return concat(maskedDb, h, Uint8Array.of(TRAILER));
}

/** EMSA-PSS-VERIFY of RFC 8017 section 9.1.2 with the same parameters: whether `encoded` is consistent. */
export function emsaPssVerify(
  message: Uint8Array,
  encoded: Uint8Array,
  emBits: number,
  saltLength: number,
): boolean {
  const emLen = Math.ceil(emBits / 8);
  const dbLen = emLen - H_LEN - 1;
  if (encoded.length !== emLen || dbLen < saltLength + 1 || encoded[emLen - 1] !== TRAILER) return false;
  const maskedDb = encoded.subarray(0, dbLen);
  const h = encoded.subarray(dbLen, dbLen + H_LEN);
  const mask = topMask(emBits, emLen);
  if (((maskedDb[0] ?? 0) & ~mask) !== 0) return false;
  const db = exclusiveOr(maskedDb, mgf1(h, dbLen));
  db[0] = (db[0] ?? 0) & mask;
  const salt = db.subarray(dbLen - saltLength);
  const padding = concat(new Uint8Array(dbLen - saltLength - 1), Uint8Array.of(0x01));
  if (!equalBytes(db.subarray(0, dbLen - saltLength), padding)) return false;
  return equalBytes(h, sha384(concat(PADDING_1, sha384(message), salt)));
}

/** MGF1 of RFC 8017 appendix B.2.1 with SHA-384. */
function mgf1(seed: Uint8Array, length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / H_LEN) }, (_, counter) =>
    sha384(concat(seed, u32(counter))),
  );
  return concat(...blocks).subarray(0, length);
}

/** Clears the bits of the first byte that are beyond `emBits`. */
function topMask(emBits: number, emLen: number): number {
  return 0xff >>> (8 * emLen - emBits);
}

function exclusiveOr(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(a, (byte, i) => byte ^ (b[i] ?? 0));
}
