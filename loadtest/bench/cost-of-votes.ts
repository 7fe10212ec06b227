import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMicros, type Pids, total } from './processes.ts';
import type { Stage } from './run.ts';
import { drained } from './watch.ts';

const SETTLE_MILLIS = 500;
/** Short, so that there can be many: what is compared differs by little. */
const SECONDS = 2;

/** CPU microseconds of these processes together for each vote that is accepted over REST, until the last is accounted for. */
export async function costOfVotes(
  { cast, world }: Stage,
  pids: Pids,
  load: { readonly rate: number; readonly duplicates: number },
): Promise<number> {
  await sleep(SETTLE_MILLIS);
  const before = total(cpuMicros(pids));
  const { accepted } = await cast('rest', { ...load, seconds: SECONDS });
  await drained(world);
  return (total(cpuMicros(pids)) - before) / accepted;
}
