import { runner } from 'node-pg-migrate';
import type { Log } from '../log.ts';
import type { ClientTls } from '../tls/follow-files.ts';
import { databaseAt } from './access.ts';

/**
 * Applies the numbered SQL files of `directory` that the database does not have yet, under an advisory lock:
 * pods that start it at the same time wait for each other.
 */
export async function migrate(url: string, directory: string, log: Log, tls?: ClientTls): Promise<void> {
  const applied = await runner({
    databaseUrl: databaseAt(url, tls),
    dir: directory,
    direction: 'up',
    migrationsTable: 'migrations',
    advisoryLockMode: 'wait',
    log: () => undefined,
  });
  log.info({ applied: applied.map(({ name }) => name) }, 'migrations applied');
}
