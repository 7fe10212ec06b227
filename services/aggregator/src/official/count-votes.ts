import { prepareElection } from '@suffrage/contracts/ballot';
import type { ElectionDefinition } from '@suffrage/contracts/election';
import type { ResultsDocument } from '@suffrage/contracts/official';
import { decodeSelections } from '@suffrage/contracts/selections';
import { type Client, inTransaction, type Pool } from '@suffrage/runtime/postgres/pool';

export type OfficialCount = {
  readonly counted: number;
  readonly contests: NonNullable<ResultsDocument['contests']>;
};

/** Kinds of selections fetched at a time; a ballot of many contests may have nearly as many kinds as votes. */
const FETCHED = 5_000;

/**
 * Counts the votes of an election anew, in every database from the very rows, and compares with the running tallies.
 * Memory does not grow with the votes.
 * @throws Error when a vote does not fit its ballot, or tallies and votes differ: then there is no official result.
 */
export async function countVotes(
  pools: readonly Pool[],
  definition: ElectionDefinition,
): Promise<OfficialCount> {
  const count = createCount(definition);
  for (const pool of pools) await inTransaction(pool, READ, client => countShard(client, count));
  return count.result();
}

const READ = 'begin transaction isolation level repeatable read, read only';

type Count = ReturnType<typeof createCount>;

async function countShard(client: Client, count: Count): Promise<void> {
  const { rows: tallies } = await client.query<{ contest: string; option: string; votes: string }>(
    'select contest, option, sum(votes) as votes from tallies where election_id = $1 group by contest, option',
    [count.electionId],
  );
  for (const { contest, option, votes } of tallies) count.expect(contest, option, Number(votes));
  await client.query(
    `declare kinds no scroll cursor for
     select selections, count(*) as votes from votes where election_id = $1 group by selections`,
    [count.electionId],
  );
  for (;;) {
    const { rows } = await client.query<{ selections: Buffer; votes: string }>(`fetch ${FETCHED} from kinds`);
    for (const { selections, votes } of rows) count.add(selections, Number(votes));
    if (rows.length < FETCHED) return;
  }
}

function createCount(definition: ElectionDefinition) {
  const election = prepareElection(definition);
  const votesOf = definition.contests.map(({ options }) => options.map(() => 0));
  const blank = definition.contests.map(() => 0);
  const tallied = new Map<string, number>();
  let counted = 0;

  /** What the tallies of all shards come to. */
  const requireTally = (contest: string, option: string, votes: number) => {
    const is = tallied.get(`${contest} ${option}`) ?? 0;
    if (is !== votes)
      throw new Error(
        `election ${definition.id}: contest ${contest}, option ${option} is tallied ${is}, the votes say ${votes}`,
      );
  };

  return {
    electionId: definition.id,
    expect(contest: string, option: string, votes: number) {
      const key = `${contest} ${option}`;
      tallied.set(key, (tallied.get(key) ?? 0) + votes);
    },
    add(selections: Uint8Array, votes: number) {
      const marks = decodeSelections(election, selections);
      if (!marks) throw new Error(`election ${definition.id}: a counted vote does not fit the ballot`);
      counted += votes;
      for (const [place, marked] of marks.entries()) {
        const options = votesOf[place] ?? [];
        for (const index of marked) options[index] = (options[index] ?? 0) + votes;
        if (marked.length === 0) blank[place] = (blank[place] ?? 0) + votes;
      }
    },
    result(): OfficialCount {
      requireTally('*', '*', counted);
      const contests = definition.contests.map(({ id, maxSelections, options }, place) => {
        const votes = options.map((option, index) => ({
          id: option.id,
          votes: votesOf[place]?.[index] ?? 0,
        }));
        for (const option of votes) requireTally(id, option.id, option.votes);
        const marks = votes.reduce((sum, option) => sum + option.votes, 0);
        return {
          id,
          options: votes,
          undervotes: counted * maxSelections - marks,
          blank: blank[place] ?? 0,
        };
      });
      return { counted, contests };
    },
  };
}
