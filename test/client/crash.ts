import type { Fetch } from '@suffrage/client/private-fetch';
import type { VoteStore } from '@suffrage/client/vote-store';

/** A device that dies at one of its steps: from there on nothing more reaches its disk or the network. */
export type Device = {
  readonly store: VoteStore;
  readonly fetch: Fetch;
  /** Aborts at the death, so that what runs on in this process ends soon. */
  readonly signal: AbortSignal;
  /** Steps made so far. Each write and each request has two: before it takes effect, and after, when nobody learns of it. */
  steps(): number;
  isDead(): boolean;
};

/** @param diesAt the step, from 1; `Infinity` lives on. */
export function createDevice(store: VoteStore, fetch: Fetch, diesAt: number): Device {
  const dead = new AbortController();
  let steps = 0;
  const step = () => {
    steps += 1;
    if (steps >= diesAt) dead.abort(new Error('the device is dead'));
    dead.signal.throwIfAborted();
  };
  const around = async <T>(effect: () => Promise<T>): Promise<T> => {
    step();
    const result = await effect();
    step();
    return result;
  };
  return {
    store: {
      ...store,
      write: (key, text) => around(() => store.write(key, text)),
      remove: key => around(() => store.remove(key)),
    },
    // Without the signal: what a dead device has sent arrives all the same.
    fetch: (url, { signal: _signal, ...init }) => around(() => fetch(url, init)),
    signal: dead.signal,
    steps: () => steps,
    isDead: () => dead.signal.aborted,
  };
}
