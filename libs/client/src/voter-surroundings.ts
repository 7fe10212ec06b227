import { checkReceipt } from '@suffrage/contracts/check-receipt';
import type { Surroundings } from './cast-vote.ts';

const SPREAD_AFTER_OFFLINE_MILLIS = 3_000;

/** As those of `castVote`, with pauses that end when the signal aborts. */
export function systemSurroundings(signal: AbortSignal): Surroundings {
  return {
    now: Date.now,
    sleep: millis => pause(millis, signal),
    timeout: millis => AbortSignal.timeout(millis),
    random: Math.random,
    checkReceipt,
  };
}

/**
 * Resolves at once where the device has a network, or does not say. Otherwise when it has one again, and a random moment
 * later: a network that comes back brings all its voters at once.
 * @param onOffline told once when there is none.
 */
export async function untilOnline(
  { sleep, random }: Pick<Surroundings, 'sleep' | 'random'>,
  signal: AbortSignal,
  onOffline: () => void,
): Promise<void> {
  // Node does not say.
  const isOffline = 'onLine' in navigator && !navigator.onLine;
  if (!isOffline || signal.aborted) return;
  onOffline();
  await new Promise<void>(resolve => {
    const listening = new AbortController();
    const done = () => {
      listening.abort();
      resolve();
    };
    globalThis.addEventListener('online', done, { signal: listening.signal });
    signal.addEventListener('abort', done, { signal: listening.signal });
  });
  await sleep(random() * SPREAD_AFTER_OFFLINE_MILLIS);
}

async function pause(millis: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>(resolve => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, millis);
    signal.addEventListener('abort', done);
  });
}
