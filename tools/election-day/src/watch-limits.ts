import { setTimeout as wait } from 'node:timers/promises';
import { addRedis } from './everything.ts';
import type { Words } from './words.ts';

/** What the limits know of a voter is gone after a minute. */
const LOOK_MILLIS = 10_000;

export type LimitsWatch = {
  /** It is read once more, and no longer. */
  readonly stop: () => void;
  /** After it was stopped. */
  readonly words: Promise<Words>;
};

/** Reads the Redis of the limits over and over, until it is stopped: everything that it held at any of these moments. */
export function watchLimits(url: string): LimitsWatch {
  const words: Words = new Set();
  const stopping = new AbortController();
  const look = async () => {
    while (!stopping.signal.aborted) {
      await addRedis(words, url);
      await wait(LOOK_MILLIS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
    await addRedis(words, url);
    return words;
  };
  const looking = look();
  // Whoever waits for the words is told.
  looking.catch(() => undefined);
  return { stop: () => stopping.abort(), words: looking };
}
