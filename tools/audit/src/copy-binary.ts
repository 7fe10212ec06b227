import { readU32, sameBytes } from './bytes-in-place.ts';

/** One row, where it lies; used anew for the next one. Fields are named by their place. */
export type CopyRow = {
  /** What holds the row, and where it begins in it. */
  readonly bytes: Buffer;
  readonly start: number;
  /** Where the field begins in `bytes`. */
  startOf(field: number): number;
  /** In bytes; -1 for null. */
  lengthOf(field: number): number;
  /** A view. */
  at(field: number): Buffer | null;
  text(field: number): string | null;
  /** An `int`. */
  i32(field: number): number | null;
  /** A `bigint`, rounded beyond 2^53. */
  i64(field: number): number | null;
};

/** A row that can be moved. */
export type CopyReader = CopyRow & {
  /** @returns where the next row begins; `undefined` when this one is not complete yet, and at the trailer. */
  moveTo(bytes: Buffer, start: number): number | undefined;
};

const SIGNATURE = Buffer.from('PGCOPY\n\xFF\r\n\0', 'latin1');
/** Signature, flags, and the length of a header extension (none is defined). */
const HEADER_BYTES = SIGNATURE.length + 8;
const NULL = -1;
const MAX_FIELDS = 16;

/**
 * Reads what `COPY … TO STDOUT (FORMAT binary)` sends (PostgreSQL manual, COPY, "Binary Format"), in chunks of any size.
 * @returns takes the next chunk. @throws Error when it is something else.
 */
export function parseCopy(onRow: (row: CopyRow) => void): (chunk: Buffer) => void {
  const row = createCopyReader();
  let rest: Buffer = Buffer.alloc(0);
  let begun = false;
  return chunk => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    if (!begun) {
      if (bytes.length < HEADER_BYTES) {
        rest = bytes;
        return;
      }
      if (!bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE)) throw new Error('this is no binary COPY');
      begun = true;
      at = HEADER_BYTES;
    }
    for (let next = row.moveTo(bytes, at); next !== undefined; next = row.moveTo(bytes, at)) {
      onRow(row);
      at = next;
    }
    rest = bytes.subarray(at);
  };
}

/** Makes no objects but those that are asked for: there are millions of rows. */
export function createCopyReader(): CopyReader {
  const starts = new Int32Array(MAX_FIELDS);
  const lengths = new Int32Array(MAX_FIELDS).fill(NULL);
  const texts: { bytes: Buffer; text: string }[] = [];
  let bytes: Buffer = Buffer.alloc(0);
  let from = 0;
  const startOf = (field: number) => starts[field] ?? 0;
  const lengthOf = (field: number) => lengths[field] ?? NULL;
  const at = (field: number) =>
    lengthOf(field) === NULL ? null : bytes.subarray(startOf(field), startOf(field) + lengthOf(field));
  const highOf = (field: number) => readU32(bytes, startOf(field)) | 0;
  return {
    get bytes() {
      return bytes;
    },
    get start() {
      return from;
    },
    startOf,
    lengthOf,
    at,
    text(field) {
      const length = lengthOf(field);
      if (length === NULL) return null;
      // Nearly always that of the last row.
      const last = texts[field];
      if (last?.bytes.length === length && sameBytes(last.bytes, 0, bytes, startOf(field), length))
        return last.text;
      const own = Buffer.from(bytes.subarray(startOf(field), startOf(field) + length));
      const text = own.toString('utf8');
      texts[field] = { bytes: own, text };
      return text;
    },
    i32: field => (lengthOf(field) === NULL ? null : highOf(field)),
    i64: field =>
      lengthOf(field) === NULL ? null : highOf(field) * 2 ** 32 + readU32(bytes, startOf(field) + 4),
    moveTo(given, start) {
      bytes = given;
      from = start;
      if (start + 2 > given.length) return undefined;
      const count = given.readInt16BE(start);
      if (count < 0) return undefined;
      if (count > MAX_FIELDS) throw new RangeError(`a row has ${count} fields`);
      let place = start + 2;
      for (let field = 0; field < count; field++) {
        if (place + 4 > given.length) return undefined;
        const length = readU32(given, place) | 0;
        place += 4;
        starts[field] = place;
        lengths[field] = length;
        if (length !== NULL) place += length;
      }
      return place > given.length ? undefined : place;
    },
  };
}
