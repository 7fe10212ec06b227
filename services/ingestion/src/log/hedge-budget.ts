/**
 * Second appends must not become a load of their own when the whole cluster is slow: they stay below 5 % of the
 * batches of the last 10 s, save the first one of a partition that has just stalled.
 */
export type HedgeBudget = {
  countBatch(millis: number): void;
  /** Whether a hedge may be sent now; counts it if so. */
  take(partition: number, millis: number): boolean;
  /** The partition confirmed in time again: its next stall is a first one. */
  recovered(partition: number): void;
};

const WINDOW_MILLIS = 10_000;
const SHARE = 0.05;

export function createHedgeBudget(): HedgeBudget {
  let batches: number[] = [];
  let hedges: number[] = [];
  const stalled = new Set<number>();
  const recent = (times: number[], now: number) => times.filter(at => at > now - WINDOW_MILLIS);
  return {
    countBatch(millis) {
      batches.push(millis);
      // Pruned now and then, not per batch: the array stays short either way.
      if (batches.length > 8192) batches = recent(batches, millis);
    },
    take(partition, millis) {
      batches = recent(batches, millis);
      hedges = recent(hedges, millis);
      if (stalled.has(partition) && hedges.length >= batches.length * SHARE) return false;
      stalled.add(partition);
      hedges.push(millis);
      return true;
    },
    recovered: partition => void stalled.delete(partition),
  };
}
