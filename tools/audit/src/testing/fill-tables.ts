import type pg from 'pg';
import type { ModelDatabase } from './model-processor.ts';

const TABLES = ['votes', 'outcomes', 'superseded', 'tallies', 'intake', 'progress'];

/** Replaces what a real database holds by what the model processor does, in one transaction. */
export async function fillTables(pool: pg.Pool, topic: string, database: ModelDatabase): Promise<void> {
  const client = await pool.connect();
  const insert = async (table: string, row: Readonly<Record<string, unknown>>) => {
    const values = Object.values(row).map((_, place) => `$${place + 1}`);
    const text = `insert into ${table} (${Object.keys(row).join(', ')}) values (${values.join(', ')})`;
    await client.query(text, Object.values(row));
  };
  await client.query('begin');
  for (const table of TABLES) await client.query(`delete from ${table}`);
  await insertOutcomes(database, insert);
  for (const { partition, nextOffset, counted, notCounted } of database.progress) {
    const row = { topic, partition, next_offset: nextOffset, counted, not_counted: notCounted };
    await insert('progress', row);
  }
  // One partition's tallies may be anything, only their sum counts: all of them go to the first.
  const partition = Math.min(...database.progress.map(row => row.partition));
  for (const { electionId, ...tally } of database.tallies) {
    await insert('tallies', { election_id: electionId, partition, ...tally });
  }
  for (const { electionId, ...intake } of database.intake) {
    await insert('intake', { election_id: electionId, ...intake });
  }
  await client.query('commit');
  client.release();
}

async function insertOutcomes(
  { rows }: ModelDatabase,
  insert: (table: string, row: Readonly<Record<string, unknown>>) => Promise<void>,
): Promise<void> {
  for (const row of rows) {
    const { partition, offset, outcome, electionId, voteId, revision, target } = row;
    const shared = { partition, record_offset: offset, election_id: electionId, vote_id: voteId };
    if (outcome === 'counted') {
      const { ballotKey, selections, castAt } = row;
      await insert('votes', { ...shared, revision, ballot_key: ballotKey, selections, cast_at: castAt });
    } else if (outcome === 'superseded') {
      await insert('superseded', { ...shared, revision, superseded_by: target });
    } else {
      await insert('outcomes', { ...shared, outcome, code: row.code, gave_way_to: target });
    }
  }
}
