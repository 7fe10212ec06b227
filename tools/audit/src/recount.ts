import type { Election } from '@suffrage/contracts/ballot';
import { decodeSelections } from '@suffrage/contracts/selections';
import type { OutcomeRow, TallyRow } from './read-database.ts';

/** The contest and option under which tallies count the votes themselves. */
const ALL = '*';

/** A count of the rows of `votes`, one database's, independent of its tallies. */
export type Recount = {
  add(row: Pick<OutcomeRow, 'electionId' | 'selections'>): void;
  /** Every number that is not 0. */
  tallies(): readonly TallyRow[];
  /** Counted votes of each election. */
  votes(): ReadonlyMap<string, number>;
};

type Counter = { votes: number; readonly options: readonly Uint32Array[] };

export function createRecount(findElection: (electionId: string) => Election | undefined): Recount {
  const counters = new Map<string, Counter>();
  return {
    add({ electionId, selections }) {
      const name = electionId ?? '';
      const election = findElection(name);
      let counter = counters.get(name);
      if (!counter) {
        const options =
          election?.contests.map(({ contest }) => new Uint32Array(contest.options.length)) ?? [];
        counter = { votes: 0, options };
        counters.set(name, counter);
      }
      counter.votes += 1;
      // Selections that don't fit the ballot count nothing; they are reported as content that is not the record's.
      const marks = election && selections ? (decodeSelections(election, selections) ?? []) : [];
      for (const [contest, indexes] of marks.entries()) {
        const options = counter.options[contest];
        if (options) for (const index of indexes) options[index] = (options[index] ?? 0) + 1;
      }
    },
    tallies: () =>
      [...counters].flatMap(([electionId, counter]) => talliesOf(electionId, counter, findElection)),
    votes: () => new Map([...counters].map(([electionId, { votes }]) => [electionId, votes])),
  };
}

function talliesOf(
  electionId: string,
  { votes, options }: Counter,
  findElection: (electionId: string) => Election | undefined,
): TallyRow[] {
  const contests = findElection(electionId)?.contests ?? [];
  const marked = contests.flatMap(({ contest }, at) =>
    contest.options.map((option, index) => ({
      electionId,
      contest: contest.id,
      option: option.id,
      votes: options[at]?.[index] ?? 0,
    })),
  );
  return [{ electionId, contest: ALL, option: ALL, votes }, ...marked].filter(tally => tally.votes > 0);
}
