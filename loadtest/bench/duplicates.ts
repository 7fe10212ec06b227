import { costOfVotes } from './cost-of-votes.ts';
import { median } from './quantiles.ts';
import { type AuditFigures, onStage, type Run, WARM_UP } from './run.ts';
import type { Mode } from './votes.ts';
import { DEFAULT_SHAPE } from './world.ts';

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

/** A storm of duplicates (30 %) and fresh votes in turn, at one rate. */
export function measureDuplicates(
  run: Run,
  { mode, rate, rounds }: { readonly mode: Mode; readonly rate: number; readonly rounds: number },
): Promise<Duplicates> {
  return onStage(run, { mode, shape: DEFAULT_SHAPE }, async stage => {
    await stage.cast('rest', { ...WARM_UP, rate });
    const costOf = async (duplicates: number) =>
      Math.round(await costOfVotes(stage, stage.world.pids, { rate, duplicates }));
    const taken: { fresh: number; mixed: number }[] = [];
    for (let done = 0; done < rounds; done += 1)
      taken.push({ fresh: await costOf(0), mixed: await costOf(STORM) });
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
