import { randomBytes } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createLifecycle } from '@suffrage/runtime/lifecycle';
import { until } from '@suffrage/test/poll';
import { blinded, registrarApi } from '@suffrage/test/registrar-api';
import { openTestPool } from '@suffrage/test/test-pool';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';
import type { Pool } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';

/*
 * The rehearsal of a restore: everything in the registrar's database, table by table by `copy` as pg_dump does it, into the
 * database of another server, and the two secrets that lie elsewhere.
 */

jest.setTimeout(120_000);

let bed: Testbed;

beforeAll(async () => {
  bed = await openTestbed({ partitions: 1 });
}, 60_000);

afterAll(() => bed.close(), 60_000);

/** A migrated database with nothing in it. */
async function emptyDatabase(): Promise<string> {
  const own = createLifecycle(bed.log);
  const { databaseUrl } = await bed.registrar({ lifecycle: own });
  await own.close();
  return databaseUrl;
}

async function restore(source: Pool, target: Pool): Promise<number> {
  const { rows: tables } = await source.query<{ name: string }>(
    `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
     and relname in (select relname from pg_stat_user_tables) and relname not like 'pgmigrations%' order by relname`,
  );
  const reader = await source.connect();
  const writer = await target.connect();
  try {
    // As pg_restore --disable-triggers: what the triggers guard was checked when it was written first.
    await writer.query(`begin; set local session_replication_role = 'replica'`);
    for (const { name } of tables) {
      await writer.query(`delete from ${name}`);
      await pipeline(
        reader.query(copyTo(`copy ${name} to stdout`)),
        writer.query(copyFrom(`copy ${name} from stdin`)),
      );
    }
    const { rows: sequences } = await source.query<{ name: string; value: string | null }>(
      `select sequencename as name, last_value as value from pg_sequences where schemaname = 'public'`,
    );
    for (const { name, value } of sequences)
      if (value !== null) await writer.query('select setval($1, $2)', [name, value]);
    await writer.query('commit');
  } finally {
    reader.release();
    writer.release();
  }
  return tables.length;
}

test('a registrar on a restored database goes on where the other one was: same keys, same tokens, no second one', async () => {
  const settings = {
    SUFFRAGE_ELECTION_KEYS_SECRET_FILE: randomBytes(32).toString('base64'),
    SUFFRAGE_CODE_KEY_FILE: randomBytes(32).toString('base64'),
  };
  const lost = createLifecycle(bed.log);
  const before = await bed.registrar({ settings, lifecycle: lost });
  const api = registrarApi(before.url);
  const { definition, codes } = await api.openWithCodes('restored', ['ann', 'bob']);
  const mine = { blindedMessage: blinded(definition).blindedMessage, code: codes.get('ann') };
  const first = await api.ask('restored', mine);
  expect(first.status).toBe(200);
  const record = await until('the opening is on record', async () => {
    const { json } = await api.call('GET', '/restored/actions');
    return JSON.stringify(json).includes('"opened"') ? json : undefined;
  });
  const other = await emptyDatabase();
  await lost.close();

  const target = openTestPool(other, bed.lifecycle);
  expect(await restore(openTestPool(before.databaseUrl, bed.lifecycle), target)).toBeGreaterThan(10);
  const back = registrarApi((await bed.registrar({ settings, databaseUrl: other })).url);
  expect((await back.ask('restored', mine)).json).toEqual(first.json);
  const second = { ...mine, blindedMessage: blinded(definition).blindedMessage };
  expect((await back.ask('restored', second)).json).toMatchObject({ code: 'code-refused' });
  const bobs = blinded(definition);
  const bob = await back.ask('restored', { blindedMessage: bobs.blindedMessage, code: codes.get('bob') });
  expect(bobs.isSignedBy(bob.json.blindSignature)).toBe(true);
  expect((await back.call('GET', '/restored/actions')).json).toEqual(record);
  // The database guards itself as the first one did.
  await expect(
    target.query(`update blind_tokens set blinded_hash = null, token_key_id = null`),
  ).rejects.toThrow('token-already-issued');
  await back.create('later');
  expect((await back.open('later')).id).toBe('later');
});
