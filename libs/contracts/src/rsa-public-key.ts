import { concat, equalBytes } from './bytes.ts';
import { bytesToInt } from './integers.ts';

/** RFC 8017 section 3.1. */
export type RsaPublicKey = { readonly n: bigint; readonly e: bigint };

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const BIT_STRING = 0x03;

/** AlgorithmIdentifier rsaEncryption with its NULL parameters, RFC 8017 appendix C. */
const RSA_ENCRYPTION = Uint8Array.from([
  0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
]);

/**
 * AlgorithmIdentifier id-RSASSA-PSS with SHA-384, MGF1 with SHA-384 and a salt of 48 bytes: the one that RFC 9578
 * section 6.5 asks for, byte by byte as its example shows it.
 */
const RSASSA_PSS_SHA384 = Uint8Array.from([
  0x30, 0x3d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a, 0x30, 0x30, 0xa0, 0x0d, 0x30,
  0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0xa1, 0x1a, 0x30, 0x18, 0x06, 0x09,
  0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
  0x03, 0x04, 0x02, 0x02, 0xa2, 0x03, 0x02, 0x01, 0x30,
]);

/**
 * The public key in a SubjectPublicKeyInfo (DER) whose algorithm is rsaEncryption, or id-RSASSA-PSS with exactly the
 * parameters of RFC 9578; `undefined` for anything else. DER has one encoding for each value, so the algorithm is
 * compared as bytes, and a general ASN.1 library would bring more code than the three types read here.
 */
export function parseRsaSpki(spki: Uint8Array): RsaPublicKey | undefined {
  const parts = readSpki(spki);
  if (!parts) return undefined;
  const key = readElement(parts.subjectPublicKey.subarray(1), SEQUENCE);
  if (!key || key.rest.length > 0) return undefined;
  const modulus = readElement(key.content, INTEGER);
  const exponent = modulus && readElement(modulus.rest, INTEGER);
  if (!exponent || exponent.rest.length > 0) return undefined;
  const n = positiveInteger(modulus.content);
  const e = positiveInteger(exponent.content);
  return n !== undefined && e !== undefined && n % 2n === 1n && e % 2n === 1n && e > 1n
    ? { n, e }
    : undefined;
}

/** The same key with the identifier id-RSASSA-PSS; `undefined` when `parseRsaSpki` can't read it. */
export function withPssIdentifier(spki: Uint8Array): Uint8Array | undefined {
  const parts = readSpki(spki);
  if (!parts || !parseRsaSpki(spki)) return undefined;
  return element(SEQUENCE, concat(RSASSA_PSS_SHA384, element(BIT_STRING, parts.subjectPublicKey)));
}

/** Whether the key is published as RFC 9578 section 6.5 asks. */
export function hasPssIdentifier(spki: Uint8Array): boolean {
  const parts = readSpki(spki);
  return parts !== undefined && equalBytes(parts.algorithm, RSASSA_PSS_SHA384);
}

function readSpki(spki: Uint8Array): { algorithm: Uint8Array; subjectPublicKey: Uint8Array } | undefined {
  const outer = readElement(spki, SEQUENCE);
  const algorithm = outer && outer.rest.length === 0 ? readElement(outer.content, SEQUENCE) : undefined;
  if (!algorithm) return undefined;
  if (![RSA_ENCRYPTION, RSASSA_PSS_SHA384].some(known => equalBytes(algorithm.whole, known)))
    return undefined;
  const bits = readElement(algorithm.rest, BIT_STRING);
  // The first byte of a BIT STRING counts the unused bits at its end: none, since it holds whole bytes of DER.
  if (!bits || bits.rest.length > 0 || bits.content[0] !== 0) return undefined;
  return { algorithm: algorithm.whole, subjectPublicKey: bits.content };
}

type Element = { readonly whole: Uint8Array; readonly content: Uint8Array; readonly rest: Uint8Array };

/** The element at the start of `bytes`, if it has this tag and its length is encoded in the shortest way. */
function readElement(bytes: Uint8Array, tag: number): Element | undefined {
  const [first, length, high = 0, low = 0] = bytes;
  if (first !== tag || length === undefined) return undefined;
  if (length < 0x80) return slice(bytes, 2, length);
  if (length === 0x81 && high >= 0x80) return slice(bytes, 3, high);
  if (length === 0x82 && high > 0) return slice(bytes, 4, (high << 8) | low);
  return undefined;
}

function slice(bytes: Uint8Array, start: number, length: number): Element | undefined {
  const end = start + length;
  if (end > bytes.length) return undefined;
  return { whole: bytes.subarray(0, end), content: bytes.subarray(start, end), rest: bytes.subarray(end) };
}

function positiveInteger(content: Uint8Array): bigint | undefined {
  const [first, second = 0] = content;
  if (first === undefined || first >= 0x80) return undefined;
  const padded = first === 0 && content.length > 1 && second < 0x80;
  return padded ? undefined : bytesToInt(content);
}

function element(tag: number, content: Uint8Array): Uint8Array {
  const { length } = content;
  if (length < 0x80) return concat(Uint8Array.of(tag, length), content);
  if (length < 0x100) return concat(Uint8Array.of(tag, 0x81, length), content);
  if (length < 0x10000) return concat(Uint8Array.of(tag, 0x82, length >>> 8, length), content);
  throw new RangeError(`${length} bytes are too long for an RSA public key`);
}
