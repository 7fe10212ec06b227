/** Fields of one row, by place; `null` for null. Views of the chunk that they came in. */
export type CopyFields = { at(index: number): Buffer | null };

const SIGNATURE = Buffer.from('PGCOPY\n\xFF\r\n\0', 'latin1');
/** Signature, flags, and the length of a header extension (none is defined). */
const HEADER_BYTES = SIGNATURE.length + 8;
const NULL = -1;

/**
 * Reads what `COPY … TO STDOUT (FORMAT binary)` sends (PostgreSQL manual, COPY, "Binary Format"), in chunks of any size.
 * @returns takes the next chunk. @throws Error when it is something else.
 */
export function parseCopy(onRow: (fields: CopyFields) => void): (chunk: Buffer) => void {
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
    for (;;) {
      const row = readRow(bytes, at);
      if (!row) break;
      onRow(row.fields);
      at = row.end;
    }
    rest = bytes.subarray(at);
  };
}

/** `undefined` when the row is not complete yet, and at the trailer, whose field count is -1. */
function readRow(
  bytes: Buffer,
  from: number,
): { readonly fields: CopyFields; readonly end: number } | undefined {
  if (from + 2 > bytes.length) return undefined;
  const count = bytes.readInt16BE(from);
  if (count < 0) return undefined;
  const starts: number[] = [];
  const lengths: number[] = [];
  let at = from + 2;
  for (let field = 0; field < count; field++) {
    if (at + 4 > bytes.length) return undefined;
    const length = bytes.readInt32BE(at);
    at += 4;
    starts.push(at);
    lengths.push(length);
    if (length !== NULL) at += length;
  }
  if (at > bytes.length) return undefined;
  const field = (index: number) => {
    const start = starts[index] ?? 0;
    const length = lengths[index] ?? NULL;
    return length === NULL ? null : bytes.subarray(start, start + length);
  };
  return { fields: { at: field }, end: at };
}
