import { readFileSync } from 'node:fs';

type Candidate = { readonly id: string; readonly name: string; readonly party: string };

/** The election as the file holds it. A ballot is a list of places in `candidates`, most preferred first. */
export type BallotFile = {
  readonly ward: string;
  readonly candidates: readonly Candidate[];
  readonly ballots: readonly (readonly number[])[];
};

/**
 * Reads a preference profile: a row with the numbers of candidates and seats, rows of `count, preference, …`, one row
 * per candidate with name and party, last the ward.
 * @throws Error naming the row that does not fit.
 */
export function readBallotFile(path: string): BallotFile {
  const rows = readFileSync(path, 'utf8').trim().split('\n').map(readRow);
  const [[candidateCount] = [], ...rest] = rows;
  const count = Number(candidateCount);
  const profile = rest.slice(0, -(count + 1));
  const candidates = rest
    .slice(-(count + 1), -1)
    .map(([, name = '', party = '']) => ({ id: slug(name), name, party }));
  const [ward = ''] = rest.at(-1) ?? [];
  const ballots = profile.flatMap(([times, ...preferences], row) => {
    const places = preferences.map(preference => Number(preference) - 1);
    const fits = new Set(places).size === places.length && places.every(place => place >= 0 && place < count);
    if (!fits || places.length === 0)
      throw new Error(`${path}: row ${row + 2} is not a ranking of ${count} candidates`);
    return Array.from({ length: Number(times) }, () => places);
  });
  return { ward, candidates, ballots };
}

/** Fields of a row; quotes hold commas together, a trailing comma ends the row. */
function readRow(row: string): string[] {
  return [...row.trim().matchAll(/"([^"]*)"|([^,"]+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

/** An option id from a name: `Mattos Coelho` -> `mattos-coelho`. */
function slug(name: string): string {
  const plain = name.normalize('NFKD').toLowerCase();
  return plain.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '');
}

export type Totals = ReadonlyMap<string, number>;

/** What the count must come to: for each candidate its first preferences, and the ballots that rank it at all. */
export function expectedTotals({ candidates, ballots }: BallotFile): {
  readonly first: Totals;
  readonly ranked: Totals;
} {
  const first = new Map(candidates.map(({ id }) => [id, 0]));
  const ranked = new Map(first);
  const add = (totals: Map<string, number>, place: number | undefined) => {
    const id = candidates[place ?? -1]?.id;
    if (id !== undefined) totals.set(id, (totals.get(id) ?? 0) + 1);
  };
  for (const ballot of ballots) {
    add(first, ballot[0]);
    for (const place of ballot) add(ranked, place);
  }
  return { first, ranked };
}
