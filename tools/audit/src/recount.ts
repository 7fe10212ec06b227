import type { Election } from '@suffrage/contracts/ballot';
import { fitsBallot } from '@suffrage/contracts/selections';
import { readU16 } from './bytes-in-place.ts';
import type { TallyRow } from './rows.ts';

/** The contest and option under which tallies count the votes themselves. */
const ALL = '*';

/** Counts of one election: votes, and marks of each option of each contest in ballot order. */
type Counter = { votes: number; readonly options: readonly Float64Array[] };

/** Counts by election; plain data, so that they can pass between threads. */
export type RecountSums = ReadonlyMap<string, Counter>;

/** A count of the rows of `votes`, one database's, independent of its tallies. */
export type Recount = {
  /** @param selections null where there are none; they may be a part of longer bytes. */
  add(electionId: string, selections: Uint8Array | null, from?: number, to?: number): void;
  /** Adds what another thread counted. */
  merge(sums: RecountSums): void;
  sums(): RecountSums;
  /** Every number that is not 0. */
  tallies(): readonly TallyRow[];
  /** Counted votes of each election. */
  votes(): ReadonlyMap<string, number>;
};

export function createRecount(findElection: (electionId: string) => Election | undefined): Recount {
  const counters = new Map<string, Counter>();
  const counterOf = (electionId: string) => {
    let counter = counters.get(electionId);
    if (!counter) {
      const contests = findElection(electionId)?.contests ?? [];
      counter = {
        votes: 0,
        options: contests.map(({ contest }) => new Float64Array(contest.options.length)),
      };
      counters.set(electionId, counter);
    }
    return counter;
  };
  return {
    add(electionId, selections, from = 0, to = selections?.length) {
      const counter = counterOf(electionId);
      counter.votes += 1;
      const election = findElection(electionId);
      // Selections that don't fit the ballot count nothing; they are reported as content that is not the record's.
      if (!election || !selections || !fitsBallot(election, selections, from, to)) return;
      let at = from;
      for (const options of counter.options) {
        const end = at + 2 + 2 * readU16(selections, at);
        for (at += 2; at < end; at += 2) {
          const index = readU16(selections, at);
          options[index] = (options[index] ?? 0) + 1;
        }
      }
    },
    merge(sums) {
      for (const [electionId, { votes, options }] of sums) {
        const counter = counterOf(electionId);
        counter.votes += votes;
        for (const [contest, marks] of options.entries()) {
          const own = counter.options[contest];
          if (own) for (const [index, more] of marks.entries()) own[index] = (own[index] ?? 0) + more;
        }
      }
    },
    sums: () => counters,
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
