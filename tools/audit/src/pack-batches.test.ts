import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createPacker, createPackMemory, type Pack } from './pack-batches.ts';
import { findBatches, readBatches } from './read-batches.ts';
import { encodeBatch } from './testing/encode-batches.ts';

const LIMITS = { bytes: 600, offsets: 64 };

/** A log with gaps, as fetches bring it: some batches come twice. */
const log = fc
  .array(
    fc.record({
      gap: fc.constantFrom(0, 0, 0, 1, 63, 64, 200),
      records: fc.integer({ min: 1, max: 100 }),
      size: fc.constantFrom(0, 3, 700),
      again: fc.constantFrom(false, false, true),
      fetch: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map(given => {
    let next = 0;
    const fetches: Buffer[][] = [[]];
    const offsets: number[] = [];
    for (const { gap, records, size, again, fetch } of given) {
      next += gap;
      if (fetch) fetches.push([]);
      const value = Buffer.alloc(size);
      const batch = encodeBatch(
        next,
        Array.from({ length: records }, () => ({ key: null, value, castAt: 1 })),
      );
      fetches.at(-1)?.push(batch, ...(again ? [batch] : []));
      for (let record = 0; record < records; record++) offsets.push(next + record);
      next += records;
    }
    return { fetches: fetches.map(batches => Buffer.concat(batches)), offsets, end: next };
  });

function offsetsOf({ batches, ...range }: Pack): number[] {
  const offsets: number[] = [];
  readBatches(batches, range, ({ offset }) => offsets.push(offset));
  return offsets;
}

test('packs follow each other without a gap, and every record of the range is in one', () => {
  fc.assert(
    fc.property(log, fc.nat(200), fc.nat(50), ({ fetches, offsets, end: last }, start, left) => {
      const range = { partition: 0, start, end: Math.max(start, last - left) };
      const memory = createPackMemory();
      const packer = createPacker(range, LIMITS, memory);
      const packs: Pack[] = [];
      // Memory that is given back at once is used again: a pack must not change once it was handed over.
      const keep = (pack: Pack) => {
        packs.push({ ...pack, batches: pack.batches.slice() });
        memory.giveBack(pack.batches);
      };
      for (const bytes of fetches) packer.add({ bytes, batches: findBatches(bytes) }).forEach(keep);
      packer.end().forEach(keep);
      expect(packs.flatMap(offsetsOf)).toEqual(offsets.filter(at => at >= start && at < range.end));
      const places = [range.start, ...packs.map(({ end }) => end)];
      expect(packs.map(pack => pack.start)).toEqual(places.slice(0, -1));
      expect(places.at(-1)).toBe(range.end);
      for (const { batches, start: from, end } of packs) {
        const several = findBatches(batches).length > 1;
        if (several) expect(batches.length).toBeLessThanOrEqual(LIMITS.bytes);
        if (several || batches.length === 0) expect(end - from).toBeLessThanOrEqual(LIMITS.offsets);
      }
    }),
    { numRuns: 100 },
  );
});
