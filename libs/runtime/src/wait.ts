import { setTimeout as pauseFor } from 'node:timers/promises';
import type { Log } from './log.ts';

/** Waits so many milliseconds; rejects when `signal` aborts. A parameter where a simulation is to own the time. */
export type Sleep = (millis: number, signal?: AbortSignal) => Promise<void>;

/**
 * Calls `ring` after so many milliseconds, unless the function that it returns is called before. For what is done with each
 * batch: nothing is made but the timer.
 */
export type Alarm = (millis: number, ring: () => void) => () => void;

export const alarm: Alarm = (millis, ring) => {
  const timer = setTimeout(ring, millis);
  return () => clearTimeout(timer);
};

/** Rejects with the signal's own reason: the error with a stack that Node makes for each costs more than the timer. */
export const sleep: Sleep = (millis, signal) =>
  signal ? sleepUntil(millis, signal) : pauseFor(millis, undefined);

function sleepUntil(millis: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  if (signal.aborted) {
    reject(signal.reason);
    return promise;
  }
  const abort = () => {
    clearTimeout(timer);
    reject(signal.reason);
  };
  const timer = setTimeout(() => {
    signal.removeEventListener('abort', abort);
    resolve();
  }, millis);
  signal.addEventListener('abort', abort, { once: true });
  return promise;
}

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
  wait: Sleep = sleep,
): Promise<T> {
  for (let pause = 200; ; pause = Math.min(pause * 2, 5000)) {
    try {
      return await attempt();
    } catch (error) {
      if (signal?.aborted) throw error;
      log.warn({ err: error, what, retryInMillis: pause }, 'not available yet');
      await wait(pause, signal).catch(() => {
        throw error;
      });
    }
  }
}

/** Runs `work` every `millis` after the last run ended; returns its stop, which waits for a run under way. */
export function repeatEvery(
  millis: number,
  work: () => Promise<void>,
  wait: Sleep = sleep,
): () => Promise<void> {
  const stopping = new AbortController();
  const loop = async () => {
    while (!stopping.signal.aborted) {
      await work();
      await wait(millis, stopping.signal).catch(() => undefined);
    }
  };
  const running = loop();
  return async () => {
    stopping.abort();
    await running;
  };
}

/**
 * Runs `work` one at a time, with a pause in between. Whoever asks while it runs, or pauses, shares the next run: nobody
 * gets one that began before the question.
 */
export function shareNext<T>(work: () => Promise<T>, pauseMillis = 0): () => Promise<T> {
  let next: Promise<T> | undefined;
  let ready: Promise<unknown> = Promise.resolve();
  return () => {
    next ??= ready.then(() => {
      next = undefined;
      const running = work();
      const pause = () => pauseFor(pauseMillis, undefined, { ref: false });
      ready = running.then(pause, pause);
      return running;
    });
    return next;
  };
}
