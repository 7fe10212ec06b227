/**
 * How well one measurement tells two kinds of things apart: the chance that one of `a` is greater than one of `b` (the
 * common-language effect size, Mann and Whitney's U over its greatest value). 0.5: not at all; 0 or 1: always. What disturbs
 * both alike, such as a busy machine, moves it towards 0.5 and never away.
 */
export function chanceGreater(a: readonly number[], b: readonly number[]): number {
  if (a.length === 0 || b.length === 0) throw new RangeError('nothing was measured');
  let wins = 0;
  for (const one of a) for (const other of b) wins += one > other ? 1 : one === other ? 0.5 : 0;
  return wins / (a.length * b.length);
}

/** The pair of kinds that is told apart best, and how well: from 0.5 to 1. */
export function bestToldApart(measured: ReadonlyMap<string, readonly number[]>): {
  readonly kinds: string;
  readonly chance: number;
} {
  let best = { kinds: 'none', chance: 0.5 };
  const all = [...measured];
  for (const [place, [kind, values]] of all.entries()) {
    for (const [other, others] of all.slice(place + 1)) {
      const greater = chanceGreater(values, others);
      const chance = Math.max(greater, 1 - greater);
      if (chance > best.chance) best = { kinds: `${kind}, ${other}`, chance };
    }
  }
  return best;
}
