/** How messages are written by hand where they are many: into bytes that are there, whose length was found before. */

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
