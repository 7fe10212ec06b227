/** How long an origin that refused a connection is passed over. */
export const AWAY_MILLIS = 2_000;

/** Whose turn it is among origins that do the same work. */
export type Rotation = {
  /** The origin whose turn it is, passing over those that refused lately. */
  next(): string;
  /** The others, in the order in which to try them after `tried`; those that refused lately come last. */
  after(tried: string): readonly string[];
  refused(origin: string): void;
};

/** `clock` in milliseconds. There is always a next one: when all have refused, the turn simply goes on. */
export function createRotation(origins: readonly string[], clock: () => number): Rotation {
  const awayUntil = new Map<string, number>();
  let turn = 0;
  const isAway = (origin: string) => (awayUntil.get(origin) ?? 0) > clock();
  const startingAt = (start: number) =>
    origins.map((_, step) => origins[(start + step) % origins.length] ?? '');
  const presentFirst = (candidates: readonly string[]) => [
    ...candidates.filter(origin => !isAway(origin)),
    ...candidates.filter(isAway),
  ];
  return {
    next() {
      const [chosen = ''] = presentFirst(startingAt(turn));
      turn = (origins.indexOf(chosen) + 1) % origins.length;
      return chosen;
    },
    after: tried => presentFirst(startingAt(origins.indexOf(tried) + 1)).filter(origin => origin !== tried),
    refused: origin => void awayUntil.set(origin, clock() + AWAY_MILLIS),
  };
}
