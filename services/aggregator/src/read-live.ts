import { inTransaction, type Pool } from '@suffrage/runtime/postgres/pool';
import type { Log } from '@suffrage/runtime/log';
import { readShard, readTallies } from './read-tallies.ts';
import type { ShardReading } from './snapshot.ts';

export type LiveReading = {
  readonly shards: readonly ShardReading[];
  /** How far the slowest replica was behind, at most; `undefined` when the primaries were read. */
  readonly replicaLagMillis: number | undefined;
};

/** Reads what live views show. @throws when a primary does not answer and a replica does not either. */
export type ReadLive = (electionIds: readonly string[]) => Promise<LiveReading>;

type Options = {
  readonly primaries: readonly Pool[];
  /** One for each primary, or none at all. */
  readonly replicas: readonly Pool[];
  readonly clock: () => number;
  readonly log: Log;
};

/** After a failure the replicas are left alone for so long: each attempt may cost the round a deadline. */
const LEAVE_ALONE_MILLIS = 10_000;

/** Reads the replicas if there are any, and the primaries while one of them does not answer. */
export function createReadLive({ primaries, replicas, clock, log }: Options): ReadLive {
  let leftAloneUntil = Number.NEGATIVE_INFINITY;
  let failing = false;

  const readPrimaries = async (electionIds: readonly string[]) => ({
    shards: await readTallies(primaries, electionIds),
    replicaLagMillis: undefined,
  });

  return async electionIds => {
    if (replicas.length === 0 || clock() < leftAloneUntil) return readPrimaries(electionIds);
    try {
      const read = await Promise.all(replicas.map(pool => readReplica(pool, electionIds)));
      if (failing) log.info('replicas answer again: live views read them');
      failing = false;
      return {
        shards: read.map(({ shard }) => shard),
        replicaLagMillis: Math.max(...read.map(({ lagMillis }) => lagMillis)),
      };
    } catch (error) {
      leftAloneUntil = clock() + LEAVE_ALONE_MILLIS;
      if (!failing) log.warn({ err: error }, 'a replica does not answer: live views read the primaries');
      failing = true;
      return readPrimaries(electionIds);
    }
  };
}

/**
 * 0 when everything received is replayed and a receiver is connected. Without one nobody knows what is missing: then, and
 * while it replays, the time since the last replayed transaction, which is too much rather than too little. A server that is
 * no replica (promoted) is not behind.
 */
const LAG = `
select case
  when not pg_is_in_recovery() then 0
  when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()
    and exists (select from pg_stat_wal_receiver where pid is not null) then 0
  else coalesce(extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000, 0)
end as lag`;

/** The lag is asked for first: what is read afterwards can only be newer. */
async function readReplica(pool: Pool, electionIds: readonly string[]) {
  return inTransaction(pool, 'begin transaction isolation level repeatable read, read only', async client => {
    const { rows } = await client.query<{ lag: string }>(LAG);
    const lagMillis = Math.max(0, Math.ceil(Number(rows[0]?.lag)));
    return { lagMillis, shard: await readShard(client, electionIds) };
  });
}
