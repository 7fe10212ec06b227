import pg from 'pg';
import { databaseAt } from './encryption.ts';

const CONNECT_MILLIS = 5_000;

/** Whatever `use` leaves open is its own; what it throws closes the connection. @throws Error that names the database. */
export async function connect<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    ...databaseAt(url),
    application_name: 'suffrage-audit',
    connectionTimeoutMillis: CONNECT_MILLIS,
    // The transaction stays open while the log is read.
    statement_timeout: 0,
    idle_in_transaction_session_timeout: 0,
  });
  // A connection that is lost while it rests shows in the next query.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await use(client);
  } catch (error) {
    await client.end().catch(() => undefined);
    throw new Error(`database ${databaseName(url)} can not be read`, { cause: error });
  }
}

/** Host and name, no credentials. */
export function databaseName(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
