/**
 * Lag in seconds without reading a record: since when the end of the log has been beyond a position. Remembers when each
 * end was seen first, so it is too little by up to one round of looking, and starts from nothing with its process.
 */
export type LagClock = {
  /** The end of the log at `at`, milliseconds since 1970. */
  see(end: number, at: number): void;
  /** Milliseconds since the end was first seen beyond `position`; 0 when it is not. */
  lagMillis(position: number, now: number): number;
};

/** Two hours of looking every 2 s; beyond that every second one is forgotten, which costs precision only. */
const MAX_SEEN = 3_600;

export function createLagClock(): LagClock {
  let seen: { readonly end: number; readonly at: number }[] = [];
  return {
    see(end, at) {
      if (end <= (seen.at(-1)?.end ?? 0)) return;
      seen.push({ end, at });
      // The oldest stays: nothing may look younger than it is.
      if (seen.length > MAX_SEEN) seen = seen.filter((_, place) => place % 2 === 0);
    },
    lagMillis(position, now) {
      const first = seen.findIndex(({ end }) => end > position);
      if (first < 0) {
        seen = seen.slice(-1);
        return 0;
      }
      seen = seen.slice(Math.max(0, first - 1));
      const [oldest, next] = seen;
      const since = oldest && oldest.end > position ? oldest : next;
      return since ? Math.max(0, now - since.at) : 0;
    },
  };
}
