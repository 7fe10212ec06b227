import { join } from 'node:path';
import type { Election } from '@suffrage/contracts/ballot';
import { openVoteDatabase } from '@suffrage/processor/vote-database';
import { createVoteStore, type VoteStore } from '@suffrage/processor/vote-store';
import { createLifecycle } from '@suffrage/runtime/lifecycle';
import { createLog } from '@suffrage/runtime/log';
import { migrate } from '@suffrage/runtime/postgres/migrate';
import { openPool, type Pool } from '@suffrage/runtime/postgres/pool';
import { startInfrastructure } from '@suffrage/stack/infrastructure';
import { copyCluster, startStandby } from '@suffrage/stack/postgres-standby';
import type { CommitMode } from './commit-latency.ts';

/** A migrated votes database with a synchronous standby, both running. */
export type Installation = {
  /** The superuser's: only that one sees how far the standby is. */
  readonly primary: Pool;
  readonly standby: Pool;
  /** The processor's own store; its transactions wait as `mode` says. */
  openStore(mode: CommitMode, find: (electionId: string) => Election | undefined): VoteStore;
  stop(): Promise<void>;
};

const STATEMENT_MILLIS = 30_000;
const MIGRATIONS = join(import.meta.dirname, '../../services/processor/migrations');

export async function startDatabases(dataDirectory: string): Promise<Installation> {
  const log = createLog('bench-db', 'bench-db', 'warn');
  const lifecycle = createLifecycle(log);
  try {
    const servers = await startInfrastructure({ dataDirectory, ports: 'free', brokers: 1 });
    lifecycle.onClose('servers', () => servers.stop());
    const { votesUrl, adminUrl } = servers.postgres;
    await migrate(votesUrl, MIGRATIONS, log);
    const copied = join(dataDirectory, 'postgres', 'standby');
    await copyCluster(servers, copied);
    const standby = await startStandby(servers, copied);
    lifecycle.onClose('standby', () => standby.part.stop());
    const open = (url: string, application: string) =>
      openPool({ url, application, max: 4, statementMillis: STATEMENT_MILLIS }, log, lifecycle);
    const admin = open(new URL(new URL(votesUrl).pathname, adminUrl).href, 'admin');
    await admin.query(`alter system set synchronous_standby_names = 'standby'`);
    await admin.query('select pg_reload_conf()');
    return {
      primary: admin,
      standby: open(standby.votesUrl, 'reader'),
      openStore: (mode, find) =>
        createVoteStore(openVoteDatabase(open(withMode(votesUrl, mode), `writer-${mode}`)), find),
      stop: () => lifecycle.close(),
    };
  } catch (error) {
    await lifecycle.close();
    throw error;
  }
}

function withMode(url: string, mode: CommitMode): string {
  const waiting = new URL(url);
  waiting.searchParams.set('options', `-c synchronous_commit=${mode}`);
  return waiting.href;
}
