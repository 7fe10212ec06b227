import type { LogRecord } from './read-log.ts';

/** Records one after another in one piece of memory, which passes to another thread without being copied. */
export type PackedRecords = Uint8Array<ArrayBuffer>;

export type UnpackedRecord = Pick<LogRecord, 'offset' | 'castAt' | 'value'>;

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
  let at = 0;
  return {
    add({ offset, castAt, value }) {
      const length = value?.length ?? 0;
      const size = HEAD_BYTES + length;
      if (at + size > buffer.length) {
        if (at > 0) return false;
        buffer = Buffer.allocUnsafeSlow(Math.max(bytes, size));
      }
      buffer.writeDoubleLE(offset, at);
      buffer.writeDoubleLE(castAt, at + 8);
      buffer.writeInt32LE(value ? length : NO_VALUE, at + 16);
      if (value) buffer.set(value, at + HEAD_BYTES);
      at += size;
      return true;
    },
    packed: () => new Uint8Array(buffer.buffer, 0, at),
  };
}

/** Hands over the records in their order; values are views. */
export function unpackRecords(packed: PackedRecords, onRecord: (record: UnpackedRecord) => void): void {
  const buffer = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  for (let at = 0; at < buffer.length; ) {
    const length = buffer.readInt32LE(at + 16);
    const from = at + HEAD_BYTES;
    const end = from + Math.max(0, length);
    const value = length === NO_VALUE ? null : buffer.subarray(from, end);
    onRecord({ offset: buffer.readDoubleLE(at), castAt: buffer.readDoubleLE(at + 8), value });
    at = end;
  }
}
