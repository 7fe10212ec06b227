/**
 * Bytes in and out, the same in browsers and in Node. Multi-byte integers are big-endian, as every wire format of
 * the suite writes them. A number that doesn't fit its width is a programmer's error and throws a RangeError.
 */

import { BASE64URL } from './base64url-alphabet.ts';

export { binaryText, toBase64url } from '#text';

const encoder = new TextEncoder();

/** One new array that holds the parts, in order. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** 2 bytes, 0..65,535. */
export function u16(value: number): Uint8Array<ArrayBuffer> {
  requireInteger(value, 0xffff);
  return Uint8Array.of(value >>> 8, value);
}

/** 4 bytes, 0..4,294,967,295. */
export function u32(value: number): Uint8Array<ArrayBuffer> {
  requireInteger(value, 0xffffffff);
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** 8 bytes, 0..2^64 - 1. */
export function u64(value: bigint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  writeU64(bytes, 0, value);
  return bytes;
}

/** A view costs more than the bytes, so there is one. */
const wideBytes = new Uint8Array(8);
const wide = new DataView(wideBytes.buffer);

/** Writes 4 bytes, 0..4,294,967,295. */
export function writeU32(to: Uint8Array, at: number, value: number): void {
  requireInteger(value, 0xffffffff);
  for (let i = 0; i < 4; i++) to[at + i] = value >>> (24 - 8 * i);
}

/** Writes 8 bytes, 0..2^64 - 1. */
export function writeU64(to: Uint8Array, at: number, value: bigint): void {
  if (value < 0n || value > 0xffffffffffffffffn) throw new RangeError('integer does not fit its width');
  wide.setBigUint64(0, value);
  for (let i = 0; i < 8; i++) to[at + i] = wideBytes[i] ?? 0;
}

/** Views of the first so many bytes, each made once: making one costs a fifth of hashing it. */
export function beginnings(bytes: Uint8Array): (length: number) => Uint8Array {
  const made: Uint8Array[] = [];
  return length => (made[length] ??= bytes.subarray(0, length));
}

/** UTF-8; a lone surrogate becomes U+FFFD, so only well-formed strings stay distinct. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** What `encode` made of the last text, which nearly always is the next one too. */
export function rememberLast<T>(encode: (text: string) => T): (text: string) => T {
  let last: { readonly text: string; readonly encoded: T } | undefined;
  return text => {
    if (last?.text !== text) last = { text, encoded: encode(text) };
    return last.encoded;
  };
}

/** The bytes after their length as u16, so that joined fields can't be cut at another place. */
export function lengthPrefixed(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return concat(u16(bytes.length), bytes);
}

/** Whether both hold the same bytes. Not in constant time: for public values only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Unsigned, byte by byte, a prefix first: the order of PostgreSQL's `bytea`. Negative, zero or positive. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

const sextetOf = new Int16Array(128).fill(-1);
for (let sextet = 0; sextet < 64; sextet++) sextetOf[BASE64URL.charCodeAt(sextet)] = sextet;

/**
 * The bytes of strict base64url: no padding, no other alphabet, no white space, no stray bits in the last character, so
 * that each byte string has exactly one text. Anything else is `undefined`.
 */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let at = 0;
  let bits = 0;
  let pending = 0;
  for (let i = 0; i < text.length; i++) {
    const sextet = sextetOf[text.charCodeAt(i)] ?? -1;
    if (sextet < 0) return undefined;
    pending = ((pending << 6) | sextet) & 0xfff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (pending >>> bits) & 0xff;
    }
  }
  const strayBits = pending & ((1 << bits) - 1);
  return strayBits === 0 ? bytes : undefined;
}

function requireInteger(value: number, max: number): void {
  if (!Number.isInteger(value) || value < 0 || value > max)
    throw new RangeError('integer does not fit its width');
}
