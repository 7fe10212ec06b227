/** However often work is asked for, rounds are at least this far apart. */
export const SHORTEST_ROUND_MILLIS = 100;

export type Pace = {
  /** Resolves when the next round is due; `false` when it was stopped. */
  next(): Promise<boolean>;
  /** Brings the next round forward, but never closer than 100 ms to the last. */
  wake(): void;
  stop(): void;
};

/** The next round comes after `intervalMillis`, earlier when woken. A call to `wake` during a round is not lost. */
export function createPace(intervalMillis: number): Pace {
  let woken = false;
  let stopped = false;
  let interrupt = () => {};
  let canWake = false;

  const pause = async (millis: number) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, millis);
    interrupt = resolve;
    await promise;
    clearTimeout(timer);
  };

  return {
    async next() {
      if (!stopped) await pause(SHORTEST_ROUND_MILLIS);
      if (!stopped && !woken) {
        canWake = true;
        await pause(intervalMillis - SHORTEST_ROUND_MILLIS);
        canWake = false;
      }
      woken = false;
      return !stopped;
    },
    wake() {
      woken = true;
      if (canWake) interrupt();
    },
    stop() {
      stopped = true;
      interrupt();
    },
  };
}
