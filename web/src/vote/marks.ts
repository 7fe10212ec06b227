import type { Contest } from '@suffrage/contracts/election';

/** Options marked in one contest, in no order. */
export type Marks = readonly string[];

/** Contest id -> its marks. A contest left out has none. */
export type Marked = Readonly<Record<string, Marks>>;

/**
 * What the marks of one contest come to. `missing`: how many more are needed. `full`: another needs one to go first.
 * `exclusive`: an option that stands alone is marked, which is a whole answer.
 */
export type Standing =
  | { readonly kind: 'missing'; readonly missing: number }
  | { readonly kind: 'complete' | 'blank' | 'full' | 'exclusive' };

export function standingOf(contest: Contest, marks: Marks): Standing {
  if (marks.some(id => isExclusive(contest, id))) return { kind: 'exclusive' };
  if (marks.length < contest.minSelections)
    return { kind: 'missing', missing: contest.minSelections - marks.length };
  if (marks.length === 0) return { kind: 'blank' };
  return { kind: marks.length < contest.maxSelections ? 'complete' : 'full' };
}

/** Where one mark at most is possible a new one replaces the old, as a reader expects of round marks. */
export function isSingle({ maxSelections }: Contest): boolean {
  return maxSelections === 1;
}

/**
 * The marks after an option was marked or unmarked. An exclusive option takes the place of all others and gives way to any.
 * `undefined`: the contest is full, and which of the marks should go is the voter's to say.
 */
export function toggle(contest: Contest, marks: Marks, option: string): Marks | undefined {
  if (marks.includes(option)) return marks.filter(id => id !== option);
  if (isSingle(contest) || isExclusive(contest, option)) return [option];
  const others = marks.filter(id => !isExclusive(contest, id));
  return others.length < contest.maxSelections ? [...others, option] : undefined;
}

/** Contests whose marks the ballot's rules do not take, in the order of the ballot. */
export function incomplete(contests: readonly Contest[], marked: Marked): readonly Contest[] {
  return contests.filter(contest => standingOf(contest, marked[contest.id] ?? []).kind === 'missing');
}

function isExclusive({ options }: Contest, option: string): boolean {
  return options.some(({ id, exclusive }) => id === option && exclusive === true);
}
