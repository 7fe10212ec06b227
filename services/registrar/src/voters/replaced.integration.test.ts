import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { until } from '@suffrage/test/poll';
import { blinded, type RegistrarApi, registrarApi } from '@suffrage/test/registrar-api';
import { openTestPool } from '@suffrage/test/test-pool';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';
import type { Pool } from 'pg';

jest.setTimeout(60_000);

let bed: Testbed;
let api: RegistrarApi;
let other: RegistrarApi;
let database: Pool;

beforeAll(async () => {
  bed = await openTestbed({ partitions: 1 });
  const settings = { SUFFRAGE_CODE_KEY_FILE: randomBytes(32).toString('base64') };
  const registrar = await bed.registrar({ settings });
  api = registrarApi(registrar.url);
  other = registrarApi((await bed.registrar({ of: registrar, settings })).url);
  database = openTestPool(registrar.databaseUrl, bed.lifecycle);
}, 60_000);

afterAll(() => bed.close(), 60_000);

/** Whether the registrar signs with the key that everybody knows. */
async function signsAsPublished(id: string, asked: RegistrarApi): Promise<boolean> {
  const codes = await api.codesOf(id);
  const { blindedMessage, isSignedBy } = blinded(await api.open(id));
  const { status, json } = await asked.ask(id, { blindedMessage, code: codes.get('ann') });
  return status === 200 && isSignedBy(json.blindSignature);
}

test('a registrar that has used keys of a draft does not sign with them once another has replaced them', async () => {
  await api.create('rotated');
  expect((await other.putRoll('rotated', 'voter\nann\n')).status).toBe(200);
  expect((await api.call('POST', '/rotated/keys/rotate')).status).toBe(200);
  expect(await signsAsPublished('rotated', other)).toBe(true);
});

test('a draft that was deleted and made again has its own keys from the first moment', async () => {
  await api.create('twice');
  await api.putRoll('twice', 'voter\nann\n');
  expect((await api.call('DELETE', '/twice')).status).toBe(204);
  await api.create('twice');
  await api.putRoll('twice', 'voter\nann\n');
  expect(await signsAsPublished('twice', api)).toBe(true);
});

test('while codes are made the roll waits, and no voter gets another code', async () => {
  await api.create('making');
  await api.putRoll('making', 'voter\nann\nbob\n');
  const maker = await database.connect();
  await maker.query('begin');
  await maker.query(`select pg_advisory_xact_lock(hashtextextended('suffrage roll making', 0))`);
  const uploaded = api.putRoll('making', 'voter\nann\n');
  await until('the upload waits', async () => {
    const { rowCount } = await database.query(
      `select from pg_locks where locktype = 'advisory' and not granted
       and database = (select oid from pg_database where datname = current_database())`,
    );
    return rowCount === 1 ? true : undefined;
  });
  expect((await api.call('POST', '/making/codes/again', { voter: 'ann' })).json).toMatchObject({
    code: 'overloaded',
  });
  // What else is done to the election does not wait.
  expect((await api.call('POST', '/making/publish')).status).toBe(200);
  await maker.query('commit');
  maker.release();
  expect((await uploaded).json).toMatchObject({ code: 'roll-removal' });
  expect((await api.call('POST', '/making/codes/again', { voter: 'ann' })).status).toBe(200);
});
