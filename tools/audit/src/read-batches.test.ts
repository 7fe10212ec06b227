import { gunzipSync } from 'node:zlib';
import { Reader, readRecordsBatches } from '@platformatic/kafka';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compressionOf, decompressed, findBatches, readBatches } from './read-batches.ts';
import { encodeBatch, type TestRecord } from './testing/encode-batches.ts';

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map(array => Buffer.from(array));
const record: fc.Arbitrary<TestRecord> = fc.record(
  {
    key: fc.option(bytes(80)),
    value: bytes(400),
    castAt: fc.nat(2 ** 50),
    header: fc.string({ maxLength: 80 }),
  },
  { requiredKeys: ['key', 'value', 'castAt'] },
);
const batches = fc
  .array(fc.tuple(fc.array(record, { minLength: 1, maxLength: 70 }), fc.nat(2 ** 33)), { maxLength: 4 })
  .map(given => {
    let first = 0;
    return given.map(([records, gap]) => {
      first += gap;
      const batch = encodeBatch(first, records);
      first += records.length;
      return batch;
    });
  });

const ALL = { start: 0, end: Number.MAX_SAFE_INTEGER };

function readAll(log: Buffer, range = ALL) {
  const records: { offset: number; castAt: number; key: Buffer | null; value: Buffer | null }[] = [];
  const view = (at: number, length: number) => (length < 0 ? null : log.subarray(at, at + length));
  readBatches(log, range, ({ offset, castAt, keyAt, keyLength, valueAt, valueLength }) =>
    records.push({ offset, castAt, key: view(keyAt, keyLength), value: view(valueAt, valueLength) }),
  );
  return records;
}

/** What the client's own decoder reads. */
function decodeAll(log: Buffer) {
  return readRecordsBatches(Reader.from(log)).flatMap(batch =>
    batch.records.map(({ offsetDelta, timestampDelta, key, value }) => ({
      offset: Number(batch.firstOffset) + offsetDelta,
      castAt: Number(batch.firstTimestamp + timestampDelta),
      key,
      value,
    })),
  );
}

test('records are read from their batches as the client reads them', () => {
  fc.assert(
    fc.property(batches, given => {
      const log = Buffer.concat(given);
      expect(readAll(log)).toEqual(decodeAll(log));
      expect(findBatches(log).map(({ at, end }) => end - at)).toEqual(given.map(({ length }) => length));
    }),
    { numRuns: 200 },
  );
});

test('a batch that was cut off is left for the next fetch', () => {
  fc.assert(
    fc.property(batches, fc.nat(), (given, cut) => {
      const last = given.at(-1);
      fc.pre(last !== undefined);
      const log = Buffer.concat(given);
      const part = log.subarray(0, log.length - 1 - (cut % last.length));
      expect(readAll(part)).toEqual(decodeAll(Buffer.concat(given.slice(0, -1))));
    }),
  );
});

test('of a batch that lies across the ends of a range only what is inside is handed over', () => {
  const values = Array.from({ length: 5 }, (_, index) => Buffer.of(index));
  const log = encodeBatch(
    10,
    values.map(value => ({ key: null, value, castAt: 1 })),
  );
  expect(readAll(log, { start: 11, end: 13 }).map(({ offset }) => offset)).toEqual([11, 12]);
});

const one = { key: null, value: Buffer.from('a vote'), castAt: 5 };
const ATTRIBUTES_AT = 21;
const MAX_TIMESTAMP_AT = 35;

test('markers of transactions are no records', () => {
  const marker = encodeBatch(0, [one]);
  marker.writeInt16BE(1 << 5, ATTRIBUTES_AT);
  expect(readAll(Buffer.concat([marker, encodeBatch(1, [one])]))).toMatchObject([{ offset: 1 }]);
});

test('where brokers stamp records, their stamp is the timestamp', () => {
  const batch = encodeBatch(0, [one]);
  batch.writeInt16BE(1 << 3, ATTRIBUTES_AT);
  batch.writeBigInt64BE(77n, MAX_TIMESTAMP_AT);
  expect(readAll(batch)).toMatchObject([{ castAt: 77 }]);
});

test('a compressed batch reads as it would without', () => {
  const records = Array.from({ length: 40 }, (_, castAt) => ({ ...one, castAt }));
  const zipped = encodeBatch(9, records, 'gzip');
  const [batch] = findBatches(zipped);
  if (!batch) throw new Error('there is a batch');
  expect(compressionOf(zipped, batch)).toBe(1);
  const plain = Buffer.from(decompressed(zipped, batch, gunzipSync));
  expect(readAll(plain)).toEqual(readAll(encodeBatch(9, records)));
  expect(readAll(plain)).toHaveLength(40);
});

test('a record without a value has none, and one without bytes has an empty one', () => {
  const empty = encodeBatch(0, [{ ...one, value: Buffer.alloc(0) }]);
  expect(readAll(empty)).toMatchObject([{ key: null, value: Buffer.alloc(0) }]);
  const none = Buffer.from(empty);
  // The last two bytes are the lengths of the value (-1 is 1 in zigzag) and of the headers.
  none[none.length - 2] = 1;
  expect(readAll(none)).toMatchObject([{ value: null }]);
});

test('a record that is longer than its batch, and a format that is none, are said', () => {
  const broken = encodeBatch(0, [one]);
  broken[61] = 0x7e;
  expect(() => readAll(broken)).toThrow('a record is longer than its batch');
  const old = encodeBatch(0, [one]);
  old[16] = 1;
  expect(() => readAll(old)).toThrow('format 1');
});
