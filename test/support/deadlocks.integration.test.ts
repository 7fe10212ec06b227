import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createLifecycle } from '@suffrage/runtime/lifecycle';
import { deadlocksIn } from './deadlocks.ts';
import { quietLog } from './quiet-log.ts';
import { testServers } from './servers.ts';
import { openTestPool } from './test-pool.ts';
import { createDatabase } from './testbed.ts';

const DEADLOCK_DETECTED = { code: '40P01' };

test('a deadlock is seen at once, though the sessions that it happened to are still open', async () => {
  const lifecycle = createLifecycle(quietLog());
  try {
    const name = `t${randomBytes(5).toString('hex')}`;
    const url = await createDatabase(testServers().postgresUrl, name, lifecycle);
    expect(await deadlocksIn(url)).toBe(0);

    const pool = openTestPool(url, lifecycle);
    await pool.query(`create table things as select unnest(array['one', 'two']) as name`);
    const [a, b] = [await pool.connect(), await pool.connect()];
    const lock = (session: typeof a, thing: string) =>
      session.query('select from things where name = $1 for update', [thing]);
    for (const session of [a, b]) await session.query('begin');
    await lock(a, 'one');
    await lock(b, 'two');
    const crossed = await Promise.allSettled([lock(a, 'two'), lock(b, 'one')]);
    for (const session of [a, b]) {
      await session.query('rollback');
      session.release();
    }
    const failed = crossed.filter(({ status }) => status === 'rejected');
    expect(failed).toMatchObject([{ reason: DEADLOCK_DETECTED }]);

    expect(await deadlocksIn(url)).toBe(1);
  } finally {
    await lifecycle.close();
  }
}, 30_000);
