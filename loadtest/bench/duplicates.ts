import { costOfVotes } from './cost-of-votes.ts';
import { median } from './quantiles.ts';
import { type AuditFigures, onStage, type Run, WARM_UP } from './run.ts';
import type { Mode } from './votes.ts';
import { DEFAULT_SHAPE } from './world.ts';

export type Duplicates = {
  /** CPU microseconds of all server processes for a vote that is cast the first time. */
  readonly microsPerFreshVote: number;
  /** For each vote of a storm, of which three in ten have been cast before. */
  readonly microsPerVoteOfStorm: number;
  /** And for one that has been cast before. */
  readonly microsPerDuplicate: number;
  readonly duplicateCostRatio: number;
  readonly rounds: readonly Round[];
  readonly audit: AuditFigures;
};

/** CPU microseconds for each vote. */
type Round = { readonly fresh: number; readonly storm: number; readonly nearlyAll: number };

const STORM = 0.3;
/** What a duplicate costs is read from these: in a storm it is hidden behind twice as many others, and an error counts threefold. */
const NEARLY_ALL = 0.9;

/** Fresh votes, a storm of duplicates (30 %), and nearly nothing but duplicates in turn, at one rate. */
export function measureDuplicates(
  run: Run,
  { mode, rate, rounds }: { readonly mode: Mode; readonly rate: number; readonly rounds: number },
): Promise<Duplicates> {
  return onStage(run, { mode, shape: DEFAULT_SHAPE }, async stage => {
    await stage.cast('rest', { ...WARM_UP, rate });
    const costOf = async (duplicates: number) =>
      Math.round(await costOfVotes(stage, stage.world.pids, { rate, duplicates }));
    const taken: Round[] = [];
    for (let done = 0; done < rounds; done += 1)
      taken.push({ fresh: await costOf(0), storm: await costOf(STORM), nearlyAll: await costOf(NEARLY_ALL) });
    const typical = (of: keyof Round) => median(taken.map(round => round[of]));
    const fresh = typical('fresh');
    const duplicate = (typical('nearlyAll') - (1 - NEARLY_ALL) * fresh) / NEARLY_ALL;
    return {
      microsPerFreshVote: Math.round(fresh),
      microsPerVoteOfStorm: Math.round(typical('storm')),
      microsPerDuplicate: Math.round(duplicate),
      duplicateCostRatio: Math.round((duplicate / fresh) * 100) / 100,
      rounds: taken,
    };
  });
}
