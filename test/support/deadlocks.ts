import pg from 'pg';
import { until } from './poll.ts';

/**
 * How many deadlocks PostgreSQL has had to break in this database. A session reports what happened in it up to a minute
 * late, but always before it is gone: so all others in the database are ended first. Those that are still needed connect again.
 */
export async function deadlocksIn(databaseUrl: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows: ended } = await client.query<{ pid: number }>(
      `select pid, pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`,
    );
    await until('the other sessions are gone', async () => {
      const { rowCount } = await client.query('select from pg_stat_activity where pid = any($1)', [
        ended.map(({ pid }) => pid),
      ]);
      return rowCount === 0;
    });
    const { rows } = await client.query<{ deadlocks: string }>(
      'select deadlocks from pg_stat_database where datname = current_database()',
    );
    return Number(rows[0]?.deadlocks);
  } finally {
    await client.end();
  }
}
