import type { ElectionDefinition } from '@suffrage/contracts/election';
import type { ResultsDocument, Seal } from '@suffrage/contracts/official';
import { type ResultsKey, signStatement } from '@suffrage/contracts/sign-statement.node';
import { statementHash } from '@suffrage/contracts/signed-statement';
import { type Client, inTransaction, type Pool } from '@suffrage/runtime/postgres/pool';
import { countSetAside } from './state-results.ts';
import { aboutElection } from './state-zero.ts';

type Options = {
  readonly pools: readonly Pool[];
  readonly topic: string;
  readonly key: ResultsKey;
  readonly clock: () => number;
};

/**
 * Freezes the election in all databases, if they hold what the results say. One that was restored may have set a vote aside
 * that counts as soon as it is tried again: frozen now, it never would.
 * @throws Error when they hold something else; then those that are not frozen stay so.
 */
export async function freezeAll(
  pools: readonly Pool[],
  { electionId, counted }: ResultsDocument,
): Promise<void> {
  const isFrozen = await Promise.all(pools.map(pool => findSeal(pool, electionId)));
  const open = pools.filter((_, place) => isFrozen[place] === false);
  if (open.length === 0) return;
  const setAside = await countSetAside(pools, electionId);
  const held = await Promise.all(pools.map(pool => countHeld(pool, electionId)));
  const votes = held.reduce((sum, count) => sum + count, 0);
  if (setAside > 0 || votes !== counted)
    throw new Error(
      `${electionId} is not sealed: the results say ${counted} votes, there are ${votes}, and ${setAside} set aside`,
    );
  for (const pool of open) await freeze(pool, electionId);
}

async function findSeal(pool: Pool, electionId: string): Promise<boolean> {
  const { rowCount } = await pool.query('select from seals where election_id = $1', [electionId]);
  return rowCount === 1;
}

async function countHeld(pool: Pool, electionId: string): Promise<number> {
  const { rows } = await pool.query<{ votes: string }>(
    'select count(*) as votes from votes where election_id = $1',
    [electionId],
  );
  return Number(rows[0]?.votes);
}

/**
 * When it resolves, this database refuses every change of what is counted for the election, whoever asks. Safe to repeat.
 * The lock lets writers finish that looked for a seal before there was one; it is held for a moment only.
 */
async function freeze(pool: Pool, electionId: string): Promise<void> {
  await inTransaction(pool, 'begin', async client => {
    await client.query(`set local lock_timeout = '3s'`);
    await client.query('lock table votes, superseded, tallies, intake, outcomes in share row exclusive mode');
    await client.query('insert into seals (election_id) values ($1) on conflict do nothing', [electionId]);
  });
}

/** The signed seal of an election that is frozen in all databases. */
export async function stateSeal(
  { pools, topic, key, clock }: Options,
  definition: ElectionDefinition,
  results: ResultsDocument,
): Promise<Seal> {
  const shards = await Promise.all(pools.map(pool => readPartitions(pool, definition.id, topic)));
  return signStatement(key, {
    kind: 'seal',
    ...aboutElection(definition, clock()),
    results: statementHash(results),
    partitions: shards.flat().toSorted((a, b) => a.partition - b.partition),
  });
}

type ProgressRow = { partition: number; next_offset: string; counted: string; not_counted: string };

function readPartitions(pool: Pool, electionId: string, topic: string) {
  return inTransaction(pool, 'begin transaction isolation level repeatable read, read only', async client => {
    const votes = await countByPartition(client, 'votes', electionId);
    const superseded = await countByPartition(client, 'superseded', electionId);
    const { rows } = await client.query<ProgressRow>(
      'select partition, next_offset, counted, not_counted from progress where topic = $1',
      [topic],
    );
    return rows.map(row => ({
      partition: row.partition,
      nextOffset: Number(row.next_offset),
      counted: Number(row.counted),
      notCounted: Number(row.not_counted),
      votes: votes.get(row.partition) ?? 0,
      superseded: superseded.get(row.partition) ?? 0,
    }));
  });
}

async function countByPartition(client: Client, table: 'votes' | 'superseded', electionId: string) {
  const { rows } = await client.query<{ partition: number; records: string }>(
    `select partition, count(*) as records from ${table} where election_id = $1 group by partition`,
    [electionId],
  );
  return new Map(rows.map(({ partition, records }) => [partition, Number(records)]));
}
