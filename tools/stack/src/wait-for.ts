import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MILLIS = 100;

/** Waits until `done` gives a value. @throws Error naming `what` after the deadline. */
export async function waitFor<T>(
  what: string,
  done: () => Promise<T | undefined>,
  deadlineMillis = 60_000,
): Promise<T> {
  const deadline = Date.now() + deadlineMillis;
  while (Date.now() < deadline) {
    const value = await done();
    if (value !== undefined) return value;
    await sleep(PAUSE_MILLIS);
  }
  throw new Error(`${what} did not happen within ${deadlineMillis / 1000} s`);
}
