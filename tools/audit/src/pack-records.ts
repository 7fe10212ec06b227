import type { LogRecord } from './read-log.ts';

/** Records one after another in one piece of memory, which passes to another thread without being copied. */
export type PackedRecords = Uint8Array<ArrayBuffer>;

export type UnpackedRecord = Pick<LogRecord, 'offset' | 'castAt'> & { readonly value: Uint8Array | null };

/** Offset and timestamp as f64, the length of the value as i32; then the value. */
const HEAD_BYTES = 20;
const NO_VALUE = -1;

/** Takes records until `bytes` of memory are full, or more for a single record that is greater. */
export type Packer = {
  /** Whether there was room; a record that was not taken comes first into the next packer. */
  add(record: UnpackedRecord): boolean;
  /** What was taken. The packer is done with. */
  packed(): PackedRecords;
};

export function createPacker(bytes: number): Packer {
  let buffer = Buffer.allocUnsafeSlow(0);
  let view = viewOf(buffer);
  let at = 0;
  return {
    add({ offset, castAt, value }) {
      const length = value?.length ?? 0;
      const size = HEAD_BYTES + length;
      if (at + size > buffer.length) {
        if (at > 0) return false;
        buffer = Buffer.allocUnsafeSlow(Math.max(bytes, size));
        view = viewOf(buffer);
      }
      view.setFloat64(at, offset);
      view.setFloat64(at + 8, castAt);
      view.setInt32(at + 16, value ? length : NO_VALUE);
      if (value) buffer.set(value, at + HEAD_BYTES);
      at += size;
      return true;
    },
    packed: () => new Uint8Array(buffer.buffer, 0, at),
  };
}

function viewOf({ buffer, byteOffset, byteLength }: PackedRecords): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** Hands over the records in their order; values are views. */
export function unpackRecords(packed: PackedRecords, onRecord: (record: UnpackedRecord) => void): void {
  const view = viewOf(packed);
  for (let at = 0; at < packed.length; ) {
    const length = view.getInt32(at + 16);
    const from = at + HEAD_BYTES;
    const end = from + Math.max(0, length);
    const value = length === NO_VALUE ? null : packed.subarray(from, end);
    onRecord({ offset: view.getFloat64(at), castAt: view.getFloat64(at + 8), value });
    at = end;
  }
}
