import { runner } from 'node-pg-migrate';
import pg from 'pg';
import type { Log } from '../log.ts';
import type { ClientTls } from '../tls/follow-files.ts';
import { databaseAt } from './access.ts';

/**
 * Applies the numbered SQL files of `directory` that the database does not have yet, under an advisory lock:
 * pods that start it at the same time wait for each other. The connection is its own: that of `runner` may still be open when
 * it resolves, and a server that stops then would end the process.
 */
export async function migrate(url: string, directory: string, log: Log, tls?: ClientTls): Promise<void> {
  const client = new pg.Client(databaseAt(url, tls));
  // A connection that breaks between two statements; the next one fails by itself.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const applied = await runner({
      dbClient: client,
      dir: directory,
      direction: 'up',
      migrationsTable: 'migrations',
      advisoryLockMode: 'wait',
      log: () => undefined,
    });
    log.info({ applied: applied.map(({ name }) => name) }, 'migrations applied');
  } finally {
    await client.end();
  }
}
