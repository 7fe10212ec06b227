import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import pg from 'pg';

/** Looks into a database. Closed with the lifecycle; that the database is dropped under its last breath is no error. */
export function openTestPool(url: string, lifecycle: Lifecycle): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  pool.on('error', () => undefined);
  lifecycle.onClose('test pool', () => pool.end());
  return pool;
}
