import type { FetchedBatches } from './fetch-batches.ts';
import type { PartitionRange } from './ranges.ts';

/** Whole record batches one after another in one piece of memory, which passes to another thread without being copied. */
export type PackedBatches = Uint8Array<ArrayBuffer>;

/** A part of a range, with the batches that hold its records: see `readBatches`. */
export type Pack = { readonly start: number; readonly end: number; readonly batches: PackedBatches };

export type PackLimits = {
  /** Of memory; more only for a single batch that is greater. */
  readonly bytes: number;
  /** Offsets that one pack covers; more only where a single batch does. */
  readonly offsets: number;
};

/** A range in packs that follow each other without a gap, made of what is fetched of it. */
export type Packer = {
  /** What is full by now. */
  add(fetched: FetchedBatches): Pack[];
  /** The rest, once the range has been fetched to its end. */
  end(): Pack[];
};

export function createPacker(range: PartitionRange, limits: PackLimits): Packer {
  let start = range.start;
  let buffer = Buffer.allocUnsafeSlow(0);
  let filled = 0;
  let reached = range.start;
  const packs: Pack[] = [];
  const close = (end: number) => {
    packs.push({ start, end, batches: new Uint8Array(buffer.buffer, 0, filled) });
    start = end;
    buffer = Buffer.allocUnsafeSlow(0);
    filled = 0;
  };
  const closeAsFarAs = (offset: number) => {
    while (offset > start + limits.offsets) close(start + limits.offsets);
  };
  const taken = () => packs.splice(0);

  return {
    add({ bytes, batches }) {
      for (const { at, end, first, next } of batches) {
        if (next <= reached || first >= range.end) continue;
        const size = end - at;
        // A batch that begins with known records has its own pack, which leaves them out.
        const apart = first < reached || next > start + limits.offsets || filled + size > buffer.length;
        if (apart && filled > 0) close(Math.max(first, reached));
        closeAsFarAs(first);
        if (filled === 0) buffer = Buffer.allocUnsafeSlow(Math.max(limits.bytes, size));
        buffer.set(bytes.subarray(at, end), filled);
        filled += size;
        reached = next;
      }
      return taken();
    },
    end() {
      if (range.start === range.end) return [];
      if (filled > 0) close(Math.min(reached, range.end));
      closeAsFarAs(range.end);
      if (start < range.end) close(range.end);
      return taken();
    },
  };
}
