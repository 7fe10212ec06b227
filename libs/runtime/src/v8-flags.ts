import { setFlagsFromString } from 'node:v8';

/**
 * Messages lie outside V8's heap and count against its limit, which follows the heap; ours is small, so by default all of it
 * is marked again and again: twice a second where votes come in calls, with each fetch or two of records.
 */
export const GROW_MORE = ['--heap-growing-percent=300'] as const;

/**
 * V8 spares its good compilers for what ran 400 and 3,000 times, and 500 times since it last saw something new. What belongs to a
 * batch or a call comes near that in a while only, and costs up to a tenth of a vote until then. Not for what only starts us.
 */
export const COMPILE_SOONER = [
  '--invocation-count-for-maglev=30',
  '--invocation-count-for-turbofan=100',
  '--minimum-invocations-after-ic-update=30',
] as const;

/** From now on; V8 says nothing but a line on stderr about a flag that it does not know. */
export function setFlags(flags: readonly string[]): void {
  for (const flag of flags) setFlagsFromString(flag);
}
