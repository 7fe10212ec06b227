/** How messages are written by hand where they are many: into bytes that are there, whose length was found before. */

const SLAB_BYTES = 16 * 1024;
let slab = new Uint8Array(0);
let used = 0;

/**
 * Memory for a message that lives for milliseconds. A view of a greater piece, because memory of its own costs as much as
 * writing the message: its `buffer` holds others too, and is held by whichever of them lives longest.
 */
export function shortLived(length: number): Uint8Array {
  if (length > SLAB_BYTES) return new Uint8Array(length);
  if (used + length > slab.length) {
    slab = new Uint8Array(SLAB_BYTES);
    used = 0;
  }
  used += length;
  return slab.subarray(used - length, used);
}

/** Behind the tag, which has one byte here: field numbers up to 15. */
export function bytesFieldLength(length: number): number {
  return 1 + varintLength(length) + length;
}

/** @param value up to 2^53 - 1. */
export function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) length += 1;
  return length;
}

/** @param value up to 2^53 - 1. @returns where it ends */
export function writeVarint(to: Uint8Array, at: number, value: number): number {
  let end = at;
  let rest = value;
  // Above 2^31 a number has no bits to shift.
  for (; rest > 0x7fffffff; rest = Math.floor(rest / 0x80)) to[end++] = (rest % 0x80) | 0x80;
  for (; rest > 0x7f; rest >>>= 7) to[end++] = (rest & 0x7f) | 0x80;
  to[end++] = rest;
  return end;
}

/** The beginning of a field of bytes, a text or a message. @returns where its content begins */
export function writeFieldHead(to: Uint8Array, at: number, tag: number, length: number): number {
  to[at] = tag;
  return writeVarint(to, at + 1, length);
}

/** @returns where the field ends */
export function writeBytesField(to: Uint8Array, at: number, tag: number, bytes: Uint8Array): number {
  const begin = writeFieldHead(to, at, tag, bytes.length);
  to.set(bytes, begin);
  return begin + bytes.length;
}
