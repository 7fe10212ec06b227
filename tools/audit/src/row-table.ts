import { type CopyRow, createCopyReader } from './copy-binary.ts';
import { type OutcomeRow, toOutcomeRow } from './rows.ts';
import type { PartitionRange } from './ranges.ts';

/**
 * Rows of a stretch of one partition, by offset, as the database sent them. An object of each would live until its
 * record is judged: long enough to be moved twice when garbage is collected.
 */
export type RowTable = {
  add(row: CopyRow, offset: number): void;
  /** In the order in which they were added. */
  at(offset: number): readonly OutcomeRow[];
};

const NO_ROWS: readonly OutcomeRow[] = [];

export function createRowTable({ start, end }: Pick<PartitionRange, 'start' | 'end'>): RowTable {
  // The last row of each offset, and of each row the one before it at its offset; counted from 1.
  const last = new Int32Array(end - start);
  const before: number[] = [0];
  const buffers: Buffer[] = [Buffer.alloc(0)];
  const places: number[] = [0];
  const reader = createCopyReader();
  return {
    add(row, offset) {
      before.push(last[offset - start] ?? 0);
      last[offset - start] = buffers.push(row.bytes) - 1;
      places.push(row.start);
    },
    at(offset) {
      let number = last[offset - start] ?? 0;
      if (number === 0) return NO_ROWS;
      const rows: OutcomeRow[] = [];
      for (; number > 0; number = before[number] ?? 0) {
        reader.moveTo(buffers[number] ?? Buffer.alloc(0), places[number] ?? 0);
        rows.push(toOutcomeRow(reader));
      }
      return rows.toReversed();
    },
  };
}
