import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MILLIS = 25;

/**
 * Waits until `condition` gives something true and returns that.
 * @throws Error with `what` and the last error or value after the deadline.
 */
export async function until<T>(
  what: string,
  condition: () => Promise<T> | T,
  deadlineMillis = 20_000,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + deadlineMillis;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const value = await condition();
      if (value) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    await sleep(PAUSE_MILLIS);
  }
  throw new Error(
    `timed out waiting until ${what}; last: ${last instanceof Error ? last.message : JSON.stringify(last)}`,
  );
}
