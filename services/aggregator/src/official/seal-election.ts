import type { ElectionDefinition } from '@suffrage/contracts/election';
import type { ResultsDocument, Seal } from '@suffrage/contracts/official';
import { type ResultsKey, signStatement } from '@suffrage/contracts/sign-statement.node';
import { statementHash } from '@suffrage/contracts/signed-statement';
import { type Client, inTransaction, type Pool } from '@suffrage/runtime/postgres/pool';
import { aboutElection } from './state-zero.ts';

type Options = {
  readonly pools: readonly Pool[];
  readonly topic: string;
  readonly key: ResultsKey;
  readonly clock: () => number;
};

/**
 * When it resolves, this database refuses every change of what is counted for the election, whoever asks. Safe to repeat.
 * The lock lets writers finish that looked for a seal before there was one; it is held for a moment only.
 */
export async function freeze(pool: Pool, electionId: string): Promise<void> {
  const { rowCount } = await pool.query('select from seals where election_id = $1', [electionId]);
  if (rowCount === 1) return;
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
