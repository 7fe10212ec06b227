const FIRST_PAUSE_MILLIS = 200;

/**
 * Milliseconds until the next attempt: what the service asked for, and a share of its own on top, which doubles with each
 * attempt and of which half is chance. On top, because a crowd that was told the same `Retry-After` would otherwise come
 * back at one moment.
 * @param attempt how many were made, from 1.
 */
export function pauseAfter(
  attempt: number,
  { retryAfterMillis, longestMillis, random }: PauseOptions,
): number {
  const most = Math.min(FIRST_PAUSE_MILLIS * 2 ** (attempt - 1), longestMillis);
  return retryAfterMillis * (1 + random() / 2) + most / 2 + (random() * most) / 2;
}

type PauseOptions = {
  readonly retryAfterMillis: number;
  readonly longestMillis: number;
  /** From 0 up to 1. */
  readonly random: () => number;
};
