import { readU16, readU32 } from './bytes-in-place.ts';
import type { PartitionRange } from './ranges.ts';

/**
 * Record batches as brokers keep and send them, magic 2 (Kafka documentation, "Record Batch"): read where they lie, without
 * an object for each record. What compresses them is undone before, by whoever has the client.
 */

/** A record where it lies; used anew for the next one. */
export type LogPlace = {
  bytes: Uint8Array;
  offset: number;
  /** The record's timestamp, milliseconds since 1970. */
  castAt: number;
  /** Lengths are -1 where there is none. */
  keyAt: number;
  keyLength: number;
  valueAt: number;
  valueLength: number;
};

/** Where a batch lies, and the offsets that it covers. */
export type BatchPlace = {
  readonly at: number;
  readonly end: number;
  readonly first: number;
  /** The offset behind its last record. */
  readonly next: number;
};

const NOTHING = new Uint8Array(0);
const LENGTH_AT = 8;
const BEHIND_LENGTH = 12;
const MAGIC_AT = 16;
const ATTRIBUTES_AT = 21;
const LAST_DELTA_AT = 23;
const FIRST_TIMESTAMP_AT = 27;
const MAX_TIMESTAMP_AT = 35;
const COUNT_AT = 57;
const RECORDS_AT = 61;
const MAGIC = 2;

const COMPRESSION = 0b111;
const LOG_APPEND_TIME = 1 << 3;
const CONTROL_BATCH = 1 << 5;

/** The batches that are whole: a broker may cut the last one off. @throws Error for the form of before Kafka 0.11. */
export function findBatches(bytes: Uint8Array): BatchPlace[] {
  const batches: BatchPlace[] = [];
  for (let at = 0; at + RECORDS_AT <= bytes.length; ) {
    const end = at + BEHIND_LENGTH + readU32(bytes, at + LENGTH_AT);
    if (end > bytes.length) break;
    const magic = bytes[at + MAGIC_AT] ?? 0;
    if (magic !== MAGIC) throw new Error(`the log has a batch of format ${magic}, not ${MAGIC}`);
    const first = readI64(bytes, at);
    batches.push({ at, end, first, next: first + readU32(bytes, at + LAST_DELTA_AT) + 1 });
    at = end;
  }
  return batches;
}

/** 0 when the batch is not compressed, else which algorithm. */
export function compressionOf(bytes: Uint8Array, { at }: BatchPlace): number {
  return readU16(bytes, at + ATTRIBUTES_AT) & COMPRESSION;
}

/** The batch as it would be without compression, but for its checksum. */
export function decompressed(
  bytes: Uint8Array,
  { at, end }: BatchPlace,
  decompress: (records: Uint8Array) => Uint8Array,
): Uint8Array<ArrayBuffer> {
  const records = decompress(bytes.subarray(at + RECORDS_AT, end));
  const batch = new Uint8Array(RECORDS_AT + records.length);
  batch.set(bytes.subarray(at, at + RECORDS_AT));
  batch.set(records, RECORDS_AT);
  const view = new DataView(batch.buffer);
  view.setInt32(LENGTH_AT, batch.length - BEHIND_LENGTH);
  view.setInt16(ATTRIBUTES_AT, view.getInt16(ATTRIBUTES_AT) & ~COMPRESSION);
  return batch;
}

/**
 * Hands over the records of a range in whole batches that lie one after another. A batch is kept whole: its first records
 * may lie before the range, its last ones behind it. Markers of transactions are no records.
 * @throws RangeError when a batch is not what its head says.
 */
export function readBatches(
  bytes: Uint8Array,
  { start, end }: Pick<PartitionRange, 'start' | 'end'>,
  onRecord: (record: LogPlace) => void,
): void {
  const record = { bytes, offset: 0, castAt: 0, keyAt: 0, keyLength: -1, valueAt: 0, valueLength: -1 };
  for (const batch of findBatches(bytes)) {
    const attributes = readU16(bytes, batch.at + ATTRIBUTES_AT);
    if ((attributes & CONTROL_BATCH) !== 0) continue;
    const stamped = readI64(bytes, batch.at + FIRST_TIMESTAMP_AT);
    const appended = (attributes & LOG_APPEND_TIME) !== 0;
    const appendedAt = readI64(bytes, batch.at + MAX_TIMESTAMP_AT);
    place = batch.at + RECORDS_AT;
    for (let left = readU32(bytes, batch.at + COUNT_AT); left > 0; left--) {
      const next = readVarint(bytes) + place;
      if (next > batch.end) throw new RangeError('a record is longer than its batch');
      // Behind the attributes of a record, which has none.
      place += 1;
      const delta = readVarint(bytes);
      record.castAt = appended ? appendedAt : stamped + delta;
      record.offset = batch.first + readVarint(bytes);
      record.keyLength = readVarint(bytes);
      record.keyAt = place;
      place += Math.max(0, record.keyLength);
      record.valueLength = readVarint(bytes);
      record.valueAt = place;
      if (place + record.valueLength > next) throw new RangeError('a value is longer than its record');
      place = next;
      if (record.offset >= start && record.offset < end) onRecord(record);
    }
  }
  record.bytes = NOTHING;
}

/** Where the next varint begins: reading is synchronous, and a record has five of them. */
let place = 0;

/** Zigzag, of any length; exact up to 2^53. */
function readVarint(bytes: Uint8Array): number {
  let byte = bytes[place++] ?? 0;
  if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
  let value = byte & 0x7f;
  for (let scale = 0x80; byte >= 0x80; scale *= 0x80) {
    byte = bytes[place++] ?? 0;
    value += (byte & 0x7f) * scale;
  }
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

function readI64(bytes: Uint8Array, at: number): number {
  return (readU32(bytes, at) | 0) * 2 ** 32 + readU32(bytes, at + 4);
}
