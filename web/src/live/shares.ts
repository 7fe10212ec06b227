import type { Contest, Snapshot } from '../api/schemas.ts';
import { textIn } from '../text.ts';

export type Row = {
  readonly id: string;
  readonly title: string;
  readonly lang: string;
  readonly votes: number;
  /** Of the votes counted, 0 to 1. */
  readonly share: number;
  readonly standing: 'ahead' | 'level' | null;
};

type Tally = NonNullable<Snapshot['contests']>[number];

/**
 * One row per option of the ballot, most votes first, options with as many votes in ballot order. Shares are of the
 * votes counted: where a vote may mark several options they add up to more than 1, where it may mark none to less.
 */
export function rankOptions(
  contest: Contest,
  tally: Tally | undefined,
  counted: number,
  languages: readonly string[],
): Row[] {
  const votes = new Map(tally?.options.map(option => [option.id, option.votes]));
  const most = Math.max(0, ...votes.values());
  const ahead = [...votes.values()].filter(count => count === most).length === 1 ? 'ahead' : 'level';
  return contest.options
    .map(option => {
      const count = votes.get(option.id) ?? 0;
      return {
        id: option.id,
        ...textIn(option.title, languages),
        votes: count,
        share: counted === 0 ? 0 : count / counted,
        standing: most > 0 && count === most ? ahead : null,
      } satisfies Row;
    })
    .toSorted((a, b) => b.votes - a.votes);
}

/** Votes that mark no option of a contest, where that can be told: a vote marks one option or none. */
export function countBlank(contest: Contest, rows: readonly Row[], counted: number): number | null {
  if (contest.maxSelections > 1 || contest.minSelections > 0) return null;
  return Math.max(0, counted - rows.reduce((sum, { votes }) => sum + votes, 0));
}

/** A chart's axis: it starts at 0 and ends at `end`, a share, with `steps` equal steps. */
export type Axis = { readonly end: number; readonly steps: number };

const MAX_STEPS = 5;
const SMALL_STEPS = [0.02, 0.05, 0.1];
const GREATEST_STEP = 0.2;

/** The smallest axis of at most five round steps that the greatest share fits on; 10 % at least, 100 % at most. */
export function axisFor(greatestShare: number): Axis {
  const share = Math.min(1, Math.max(greatestShare, 0.1));
  // 0.3 / 0.1 is a little more than 3.
  const stepsOf = (step: number) => Math.ceil(share / step - 1e-9);
  const step = SMALL_STEPS.find(candidate => stepsOf(candidate) <= MAX_STEPS) ?? GREATEST_STEP;
  return { end: step * stepsOf(step), steps: stepsOf(step) };
}
