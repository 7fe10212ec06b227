import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { fillTables } from './fill-tables.ts';
import type { ModelDatabase } from './model-processor.ts';

const migrations = fileURLToPath(new URL('../../../../services/processor/migrations/', import.meta.url));

export type TestDatabases = {
  readonly urls: readonly string[];
  readonly pools: readonly pg.Pool[];
  /** Replaces everything that they hold. */
  fill(databases: readonly ModelDatabase[], topic: string): Promise<void>;
  /** Closes and drops them. */
  drop(): Promise<void>;
};

/** Creates votes databases on a real server, with the tables of the processor's migrations. */
export async function createDatabases(
  superuserUrl: string,
  names: readonly string[],
): Promise<TestDatabases> {
  const superuser = new pg.Pool({ connectionString: superuserUrl, max: 1 });
  for (const name of names) await superuser.query(`create database ${name}`);
  const urls = names.map(name => {
    const url = new URL(superuserUrl);
    url.pathname = `/${name}`;
    return url.href;
  });
  const pools = urls.map(connectionString => new pg.Pool({ connectionString, max: 1 }));
  const statements = readdirSync(migrations)
    .toSorted()
    .map(file => readFileSync(join(migrations, file), 'utf8'));
  for (const pool of pools) for (const statement of statements) await pool.query(statement);
  return {
    urls,
    pools,
    fill: async (databases, topic) => {
      for (const [place, pool] of pools.entries()) {
        const database = databases[place];
        if (database) await fillTables(pool, topic, database);
      }
    },
    drop: async () => {
      await Promise.all(pools.map(pool => pool.end()));
      for (const name of names) await superuser.query(`drop database if exists ${name} with (force)`);
      await superuser.end();
    },
  };
}
