import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createLifecycle } from '@suffrage/runtime/lifecycle';
import { until } from '@suffrage/test/poll';
import { blinded, registrarApi } from '@suffrage/test/registrar-api';
import { openTestPool } from '@suffrage/test/test-pool';
import { createDatabase, openTestbed, type Testbed } from '@suffrage/test/testbed';

/*
 * The rehearsal of a restore: the registrar's database by pg_dump and pg_restore, and the two secrets that lie elsewhere.
 */

jest.setTimeout(120_000);

const run = promisify(execFile);

let bed: Testbed;

beforeAll(async () => {
  bed = await openTestbed({ partitions: 1 });
}, 60_000);

afterAll(() => bed.close(), 60_000);

const program = (name: string) => join(import.meta.dirname, '../../../../.tools/bin', name);

/** As docs/design/elections.md tells operators to: a custom-format dump, and all of it or nothing into an empty database. */
async function dumpAndRestore(source: string, target: string): Promise<void> {
  const dump = join(await mkdtemp(join(tmpdir(), 'suffrage-dump-')), 'registrar.dump');
  bed.lifecycle.onClose('dump', () => rm(dirname(dump), { recursive: true }));
  await run(program('pg_dump'), ['--format=custom', '--no-owner', `--file=${dump}`, source]);
  await run(program('pg_restore'), ['--single-transaction', '--no-owner', `--dbname=${target}`, dump]);
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
  // From the one that is running, as a nightly dump is.
  const other = await createDatabase(bed.postgresUrl, `${bed.namespace}restored`, bed.lifecycle);
  await dumpAndRestore(before.databaseUrl, other);
  await lost.close();
  const back = registrarApi((await bed.registrar({ settings, databaseUrl: other })).url);
  expect((await back.ask('restored', mine)).json).toEqual(first.json);
  const second = { ...mine, blindedMessage: blinded(definition).blindedMessage };
  expect((await back.ask('restored', second)).json).toMatchObject({ code: 'code-refused' });
  const bobs = blinded(definition);
  const bob = await back.ask('restored', { blindedMessage: bobs.blindedMessage, code: codes.get('bob') });
  expect(bobs.isSignedBy(bob.json.blindSignature)).toBe(true);
  expect((await back.call('GET', '/restored/actions')).json).toEqual(record);
  // The database guards itself as the first one did.
  const target = openTestPool(other, bed.lifecycle);
  await expect(
    target.query(`update blind_tokens set blinded_hash = null, token_key_id = null`),
  ).rejects.toThrow('token-already-issued');
  await back.create('later');
  expect((await back.open('later')).id).toBe('later');
});
