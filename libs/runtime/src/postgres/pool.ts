import { Pool, type PoolClient } from 'pg';
import type { Lifecycle } from '../lifecycle.ts';
import type { Log } from '../log.ts';
import type { ClientTls } from '../tls/follow-files.ts';
import { databaseAt } from './access.ts';

export type { Pool } from 'pg';
export type Client = PoolClient;

const CONNECT_DEADLINE_MILLIS = 5_000;
const QUERY_GRACE_MILLIS = 2_000;
/**
 * A process that stands still in the middle of a transaction keeps its row locks, and others wait for them. Well below the
 * session time of a consumer group (10 s): when its partitions move, its locks are gone.
 */
const IDLE_IN_TRANSACTION_MILLIS = 5_000;

/** `max` connections, opened when needed. `statementMillis` bounds every statement on the server. */
export function openPool(
  options: {
    readonly url: string;
    readonly tls?: ClientTls | undefined;
    readonly application: string;
    readonly max: number;
    readonly statementMillis: number;
  },
  log: Log,
  lifecycle: Lifecycle,
): Pool {
  const pool = new Pool({
    ...databaseAt(options.url, options.tls),
    application_name: options.application,
    max: options.max,
    connectionTimeoutMillis: CONNECT_DEADLINE_MILLIS,
    statement_timeout: options.statementMillis,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MILLIS,
    // The server's own limit is no help when the server has vanished without a word.
    query_timeout: options.statementMillis + QUERY_GRACE_MILLIS,
    keepAlive: true,
  });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', error => log.warn({ err: error }, 'idle database connection lost'));
  lifecycle.onClose(`pool ${options.application}`, () => pool.end());
  return pool;
}

/**
 * Runs `work` in one transaction. When it throws, the transaction is rolled back and the error passed on; a connection
 * whose state is not certain is closed, not reused.
 */
export async function inTransaction<T>(
  pool: Pool,
  begin: string,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // A connection that dies between two statements reports it here; the next statement then fails by itself.
  const onError = (error: Error) => {
    broken = error;
  };
  client.on('error', onError);
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((rollbackError: Error) => {
      broken = rollbackError;
    });
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

export async function isReachable(pool: Pool): Promise<boolean> {
  await pool.query('select 1');
  return true;
}
