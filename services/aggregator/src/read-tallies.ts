import { type Client, inTransaction, type Pool } from '@suffrage/runtime/postgres/pool';
import type { Progress, ShardReading } from './snapshot.ts';

/** Sums are cut to text by the driver; all counts stay below 2^53. */
const TALLIES = `
select election_id, contest, option, sum(votes) as votes
from tallies
where election_id = any($1)
group by election_id, contest, option`;

const INTAKE = `
select election_id, instance, sum(votes) as votes
from intake
where election_id = any($1)
group by election_id, instance`;

const PROGRESS = 'select topic, partition, next_offset, requeued from progress';

type TallyRow = { election_id: string; contest: string; option: string; votes: string };
type IntakeRow = { election_id: string; instance: string; votes: string };
type ProgressRow = { topic: string; partition: number; next_offset: string; requeued: string };

/**
 * What every shard has counted, each shard at one instant of its own: tallies and the version they belong to are never
 * from different moments. One pool per distinct database.
 * @throws when any database does not answer: a sum without one shard would be wrong.
 */
export function readTallies(pools: readonly Pool[], electionIds: readonly string[]): Promise<ShardReading[]> {
  const begin = 'begin transaction isolation level repeatable read, read only';
  return Promise.all(pools.map(pool => inTransaction(pool, begin, client => readShard(client, electionIds))));
}

/** One shard, at the instant of the open transaction. */
export async function readShard(client: Client, electionIds: readonly string[]): Promise<ShardReading> {
  const tallies = await client.query<TallyRow>(TALLIES, [electionIds]);
  const intake = await client.query<IntakeRow>(INTAKE, [electionIds]);
  const progress = await client.query<ProgressRow>(PROGRESS);
  return {
    tallies: tallies.rows.map(({ election_id, contest, option, votes }) => ({
      electionId: election_id,
      contest,
      option,
      votes: Number(votes),
    })),
    intake: intake.rows.map(({ election_id, instance, votes }) => ({
      electionId: election_id,
      instance,
      votes: Number(votes),
    })),
    progress: progress.rows.map(toProgress),
  };
}

/** Where the processors are, in all shards. Only grows, so a reading of any moment is a safe lower bound. */
export async function readProgress(pools: readonly Pool[]): Promise<Progress[]> {
  const shards = await Promise.all(pools.map(pool => pool.query<ProgressRow>(PROGRESS)));
  return shards.flatMap(({ rows }) => rows.map(toProgress));
}

function toProgress({ topic, partition, next_offset, requeued }: ProgressRow): Progress {
  return { topic, partition, nextOffset: Number(next_offset), requeued: Number(requeued) };
}
