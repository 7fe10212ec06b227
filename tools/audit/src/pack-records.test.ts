import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createPacker, type UnpackedRecord, unpackRecords } from './pack-records.ts';

const record = fc.record({
  offset: fc.nat(2 ** 31 - 1).map(offset => offset * 2 ** 16),
  castAt: fc.maxSafeInteger(),
  value: fc.option(fc.uint8Array({ maxLength: 200 }).map(bytes => Buffer.from(bytes))),
});

test('records come out of their packs as they went in, and no pack is greater than it must be', () => {
  const limit = 256;
  fc.assert(
    fc.property(fc.array(record, { maxLength: 50 }), fc.constantFrom(limit, 8), (records, bytes) => {
      const packs = [createPacker(bytes)];
      for (const each of records) {
        if (packs.at(-1)?.add(each)) continue;
        const next = createPacker(bytes);
        expect(next.add(each)).toBe(true);
        packs.push(next);
      }
      const seen: UnpackedRecord[] = [];
      for (const pack of packs) {
        const packed = structuredClone(pack.packed());
        const before = seen.length;
        unpackRecords(packed, each => seen.push(each));
        if (packed.length > bytes) expect(seen.length - before).toBe(1);
      }
      expect(seen).toEqual(records);
    }),
  );
});
