import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import { databaseAt } from '@suffrage/runtime/postgres/access';
import type { ClientTls } from '@suffrage/runtime/tls/follow-files';
import { Client } from 'pg';

/**
 * Elects the one replica that reads for all: whoever's session holds a PostgreSQL advisory lock. The lock ends with the
 * session, so a replica that dies or is cut off is followed by another one. Two at once do no harm.
 */
export type ReaderLock = {
  /** Takes the lock if it is free, and makes sure that the session that holds it still lives. Never throws. */
  check(): Promise<boolean>;
  isHeld(): boolean;
};

const CONNECT_DEADLINE_MILLIS = 3_000;
const QUERY_DEADLINE_MILLIS = 2_000;

// The server gives the lock of a machine that vanished free after about 5 s instead of two hours.
const NOTICE_DEAD_PEERS = `
set tcp_keepalives_idle = 2;
set tcp_keepalives_interval = 1;
set tcp_keepalives_count = 3`;

type Options = {
  readonly url: string;
  readonly tls: ClientTls | undefined;
  readonly namespace: string;
  readonly log: Log;
};

export function createReaderLock({ url, tls, namespace, log }: Options, lifecycle: Lifecycle): ReaderLock {
  let session: Client | undefined;
  let held = false;

  const lose = (lost: Client, reason: unknown) => {
    if (session !== lost) return;
    if (held) log.warn({ err: reason }, 'no longer elected');
    session = undefined;
    held = false;
    lost.end().catch(() => undefined);
  };

  const connect = async () => {
    const client = new Client({
      ...databaseAt(url, tls),
      application_name: 'aggregator-lock',
      connectionTimeoutMillis: CONNECT_DEADLINE_MILLIS,
      query_timeout: QUERY_DEADLINE_MILLIS,
      keepAlive: true,
    });
    session = client;
    client.on('error', error => lose(client, error));
    client.on('end', () => lose(client, undefined));
    await client.connect();
    await client.query(NOTICE_DEAD_PEERS);
    return client;
  };

  const isAlive = async (client: Client) => (await client.query('select 1')).rowCount === 1;

  lifecycle.onClose('reader lock', async () => {
    const last = session;
    session = undefined;
    held = false;
    await last?.end();
  });
  return {
    isHeld: () => held,
    async check() {
      try {
        const client = session ?? (await connect());
        const elected = held ? await isAlive(client) : await tryLock(client, namespace);
        if (elected && !held) log.info('elected: this replica reads the tallies');
        held = elected && session === client;
      } catch (error) {
        if (session) lose(session, error);
      }
      return held;
    },
  };
}

async function tryLock(client: Client, namespace: string): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(
    'select pg_try_advisory_lock(hashtextextended($1, 0)) as locked',
    [`suffrage aggregator ${namespace}`],
  );
  return rows[0]?.locked === true;
}
