import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from './log.ts';

/**
 * Tries until it works or `signal` aborts, with a growing pause (0.2 s to 5 s): services start in any order and wait
 * for what they depend on.
 * @throws what the last attempt threw, once `signal` has aborted.
 */
export async function keepTrying<T>(
  what: string,
  log: Log,
  attempt: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  for (let pause = 200; ; pause = Math.min(pause * 2, 5000)) {
    try {
      return await attempt();
    } catch (error) {
      if (signal?.aborted) throw error;
      log.warn({ err: error, what, retryInMillis: pause }, 'not available yet');
      await sleep(pause, undefined, signal ? { signal } : {}).catch(() => {
        throw error;
      });
    }
  }
}

/** Runs `work` every `millis` after the last run ended; returns its stop, which waits for a run under way. */
export function repeatEvery(millis: number, work: () => Promise<void>): () => Promise<void> {
  const stopping = new AbortController();
  const loop = async () => {
    while (!stopping.signal.aborted) {
      await work();
      await sleep(millis, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const running = loop();
  return async () => {
    stopping.abort();
    await running;
  };
}
