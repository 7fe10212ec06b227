/**
 * Arrays as PostgreSQL sends and receives them in binary: as parameters they go over the wire as they are, where the
 * client would write each element as quoted text (bytes as hex, twice as long) and the server read it again.
 * One dimension, first index 1; the statement must name the type, such as `$1::bytea[]`.
 */

const HEADING_BYTES = 20;
const [BYTEA, INT8, INT4, TEXT] = [17, 20, 23, 25];
const NULL_LENGTH = -1;

export function byteaArray(values: readonly (Uint8Array | null)[]): Buffer {
  let size = HEADING_BYTES;
  for (const value of values) size += 4 + (value?.length ?? 0);
  const array = heading(BYTEA, values.length, size, values.includes(null));
  let at = HEADING_BYTES;
  for (const value of values) {
    at = array.writeInt32BE(value?.length ?? NULL_LENGTH, at);
    if (!value) continue;
    array.set(value, at);
    at += value.length;
  }
  return array;
}

/** UTF-8. @throws what PostgreSQL says for a text with U+0000. */
export function textArray(values: readonly (string | null)[]): Buffer {
  const known = new Map<string, Uint8Array>();
  // Most are the same few again and again.
  const bytesOf = (text: string) => {
    const bytes = known.get(text) ?? Buffer.from(text);
    known.set(text, bytes);
    return bytes;
  };
  const array = byteaArray(values.map(value => (value === null ? null : bytesOf(value))));
  array.writeInt32BE(TEXT, 8);
  return array;
}

/** @throws RangeError for a number beyond 32 bits. */
export function int4Array(values: readonly number[]): Buffer {
  const array = heading(INT4, values.length, HEADING_BYTES + 8 * values.length, false);
  let at = HEADING_BYTES;
  for (const value of values) at = array.writeInt32BE(value, array.writeInt32BE(4, at));
  return array;
}

/** @throws RangeError for a number beyond 64 bits. */
export function int8Array(values: readonly (bigint | number)[]): Buffer {
  const array = heading(INT8, values.length, HEADING_BYTES + 12 * values.length, false);
  let at = HEADING_BYTES;
  for (const value of values) at = array.writeBigInt64BE(BigInt(value), array.writeInt32BE(8, at));
  return array;
}

/** Number of dimensions, whether there are nulls, type, length, first index. */
function heading(type: number, length: number, size: number, hasNulls: boolean): Buffer {
  const array = Buffer.allocUnsafe(size);
  array.writeInt32BE(1, 0);
  array.writeInt32BE(hasNulls ? 1 : 0, 4);
  array.writeInt32BE(type, 8);
  array.writeInt32BE(length, 12);
  array.writeInt32BE(1, 16);
  return array;
}
