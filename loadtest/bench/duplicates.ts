import { setTimeout as sleep } from 'node:timers/promises';
import { median } from './quantiles.ts';
import { type AuditFigures, onStage, type Run, type Stage } from './run.ts';
import { cpuMicros } from './processes.ts';
import type { Mode } from './votes.ts';
import { drained } from './watch.ts';

export type Duplicates = {
  /** CPU microseconds of all server processes for a vote that is cast the first time. */
  readonly microsPerFreshVote: number;
  /** And for one that has been cast before. */
  readonly microsPerDuplicate: number;
  readonly duplicateCostRatio: number;
  readonly rounds: readonly { readonly fresh: number; readonly mixed: number }[];
  readonly audit: AuditFigures;
};

const STORM = 0.3;
const WARM_UP = { seconds: 10, duplicates: 0.5 };
/** Many short stretches: what a duplicate costs is the difference of two costs that are nearly the same. */
const SECONDS = 3;
const SETTLE_MILLIS = 500;

/** A storm of duplicates (30 %) and fresh votes in turn, at one rate. */
export function measureDuplicates(
  run: Run,
  { mode, rate, rounds }: { readonly mode: Mode; readonly rate: number; readonly rounds: number },
): Promise<Duplicates> {
  return onStage(run, { mode, shape: { partitions: 8, shards: 1 } }, async stage => {
    await stage.cast('rest', { rate, ...WARM_UP });
    const taken: { fresh: number; mixed: number }[] = [];
    for (let done = 0; done < rounds; done += 1)
      taken.push({ fresh: await costOf(stage, rate, 0), mixed: await costOf(stage, rate, STORM) });
    const fresh = median(taken.map(each => each.fresh));
    const mixed = median(taken.map(each => each.mixed));
    const duplicate = (mixed - (1 - STORM) * fresh) / STORM;
    return {
      microsPerFreshVote: Math.round(fresh),
      microsPerDuplicate: Math.round(duplicate),
      duplicateCostRatio: Math.round((duplicate / fresh) * 100) / 100,
      rounds: taken,
    };
  });
}

/** For each accepted vote, all servers together, until the last is accounted for. */
async function costOf({ cast, world }: Stage, rate: number, duplicates: number): Promise<number> {
  await sleep(SETTLE_MILLIS);
  const total = () => Object.values(cpuMicros(world.pids)).reduce((sum, micros) => sum + micros, 0);
  const before = total();
  const { accepted } = await cast('rest', { rate, seconds: SECONDS, duplicates });
  await drained(world);
  return Math.round((total() - before) / accepted);
}
