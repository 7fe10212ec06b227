/**
 * Few bytes within long buffers. Loops that are compiled into their callers: the buffer's own methods cost 20 to 80 ns
 * for a call, views and checks, and this is done dozens of times for each record.
 */

export function copyBytes(
  from: Uint8Array,
  fromAt: number,
  to: Uint8Array,
  toAt: number,
  length: number,
): void {
  for (let at = 0; at < length; at++) to[toAt + at] = from[fromAt + at] ?? 0;
}

export function sameBytes(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number, length: number): boolean {
  for (let at = 0; at < length; at++) if (a[aAt + at] !== b[bAt + at]) return false;
  return true;
}

/** Big-endian; the low 32 bits of the value. */
export function writeU32(to: Uint8Array, at: number, value: number): void {
  to[at] = value >>> 24;
  to[at + 1] = value >>> 16;
  to[at + 2] = value >>> 8;
  to[at + 3] = value;
}

/** Big-endian. */
export function readU16(from: Uint8Array, at: number): number {
  return ((from[at] ?? 0) << 8) | (from[at + 1] ?? 0);
}

/** Big-endian. */
export function readU32(from: Uint8Array, at: number): number {
  return readU16(from, at) * 2 ** 16 + readU16(from, at + 2);
}
