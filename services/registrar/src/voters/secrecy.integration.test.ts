import { randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { blinded, type RegistrarApi, registrarApi } from '@suffrage/test/registrar-api';
import { until } from '@suffrage/test/poll';
import { openTestPool } from '@suffrage/test/test-pool';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';
import { createLifecycle } from '@suffrage/runtime/lifecycle';
import { createLog } from '@suffrage/runtime/log';
import type { Pool } from 'pg';
import { rewriteTokens } from './rewrite-tokens.ts';

jest.setTimeout(60_000);

const lines = new PassThrough();
const DAY = 86_400_000;
const time = { ahead: 0 };
const keySecret = randomBytes(32).toString('base64');
const codeKey = randomBytes(32).toString('base64');
let bed: Testbed;
let api: RegistrarApi;
let metricsUrl: string;
let database: Pool;

beforeAll(async () => {
  bed = await openTestbed({ partitions: 1, log: createLog('test', 'test', 'trace', lines) });
  const registrar = await bed.registrar({
    settings: { SUFFRAGE_ELECTION_KEYS_SECRET_FILE: keySecret, SUFFRAGE_CODE_KEY_FILE: codeKey },
    clock: () => Date.now() + time.ahead,
  });
  api = registrarApi(registrar.url);
  metricsUrl = registrar.metricsUrl;
  database = openTestPool(registrar.databaseUrl, bed.lifecycle);
}, 60_000);

afterAll(() => bed.close(), 60_000);

/** Where rows lie and which transaction wrote them, in the order of their place. */
async function rowsOf(id: string) {
  const { rows } = await database.query<{ reference: string; xmin: string; given: boolean }>(
    `select encode(voter_reference, 'hex') as reference, xmin::text, blinded_hash is not null as given
     from blind_tokens where election_id = $1 order by ctid`,
    [id],
  );
  return rows;
}

/** The same of codes. */
async function codeRowsOf(id: string) {
  const { rows } = await database.query<{ reference: string; xmin: string }>(
    `select encode(voter_reference, 'hex') as reference, xmin::text from voter_codes where election_id = $1 order by ctid`,
    [id],
  );
  return rows;
}

async function rewriteOf(id: string) {
  const { rows } = await database.query<{ minutes: number; final: boolean }>(
    `select (extract(epoch from now() - rewritten_at) / 60)::float as minutes, final
     from token_rewrites where election_id = $1`,
    [id],
  );
  return rows[0];
}

const transactionsOf = (rows: readonly { xmin: string }[]) => new Set(rows.map(({ xmin }) => xmin)).size;
const referencesOf = (rows: readonly { reference: string }[]) => rows.map(({ reference }) => reference);
/** The registrar looks every 15 s for what is due. */
const WITHIN_TWO_LOOKS_MILLIS = 40_000;

test('after the rows were written anew neither their place nor their transaction shows who asked when', async () => {
  const voters = Array.from({ length: 30 }, (_, place) => `voter-${place}`);
  await api.create('ordered');
  // As if the registrar had done it a moment ago, so that it does not do it in between.
  await database.query(`insert into token_rewrites values ('ordered', now(), false)`);
  await api.putRoll('ordered', `voter\n${voters.join('\n')}\n`);
  const codes = await api.codesOf('ordered');
  const definition = await api.open('ordered');
  for (const voter of voters.slice(0, 12)) {
    const { blindedMessage } = blinded(definition);
    expect((await api.ask('ordered', { blindedMessage, code: codes.get(voter) })).status).toBe(200);
  }
  const before = await rowsOf('ordered');
  // Otherwise there would be nothing to hide: those who have asked lie last, each in a transaction of its own.
  expect(before.slice(-12).every(({ given }) => given)).toBe(true);
  expect(transactionsOf(before)).toBe(13);
  await rewriteTokens(database, 'ordered');
  const after = await rowsOf('ordered');
  expect(referencesOf(after)).toEqual(referencesOf(before).toSorted());
  expect(transactionsOf(after)).toBe(1);
  expect(after.filter(({ given }) => given)).toHaveLength(12);
});

test('nor do they show who has been given another code, and when', async () => {
  const voters = Array.from({ length: 9 }, (_, place) => `voter-${place}`);
  await api.create('recoded');
  await database.query(`insert into token_rewrites values ('recoded', now(), false)`);
  await api.putRoll('recoded', `voter\n${voters.join('\n')}\n`);
  const codes = await api.codesOf('recoded');
  const definition = await api.open('recoded');
  for (const voter of voters.slice(0, 3)) {
    const { json } = await api.call('POST', '/recoded/codes/again', { voter });
    codes.set(voter, String(json.code));
  }
  expect(transactionsOf(await codeRowsOf('recoded'))).toBe(4);
  await rewriteTokens(database, 'recoded');
  const after = await codeRowsOf('recoded');
  expect(transactionsOf(after)).toBe(1);
  expect(referencesOf(after)).toEqual(referencesOf(after).toSorted());
  for (const code of codes.values()) {
    const { blindedMessage } = blinded(definition);
    expect((await api.ask('recoded', { blindedMessage, code })).status).toBe(200);
  }
});

test('the registrar itself writes the rows of an open election anew, an hour after the last time', async () => {
  const voters = Array.from({ length: 9 }, (_, place) => `voter-${place}`);
  await api.create('hourly');
  await database.query(`insert into token_rewrites values ('hourly', now() - interval '30 minutes', false)`);
  await api.putRoll('hourly', `voter\n${voters.join('\n')}\n`);
  const codes = await api.codesOf('hourly');
  const definition = await api.open('hourly');
  for (const voter of voters.slice(0, 3)) {
    const { blindedMessage } = blinded(definition);
    expect((await api.ask('hourly', { blindedMessage, code: codes.get(voter) })).status).toBe(200);
  }
  const before = await rowsOf('hourly');
  expect(transactionsOf(before)).toBe(4);
  await database.query(
    `update token_rewrites set rewritten_at = now() - interval '61 minutes' where election_id = 'hourly'`,
  );
  const after = await until(
    'they are written anew',
    async () => {
      const rows = await rowsOf('hourly');
      return transactionsOf(rows) === 1 ? rows : undefined;
    },
    WITHIN_TWO_LOOKS_MILLIS,
  );
  expect(referencesOf(after)).toEqual(referencesOf(before).toSorted());
  expect(await rewriteOf('hourly')).toMatchObject({ final: false });
});

test('codes that were passed over while the roll changed are written anew soon, and once more after the closing', async () => {
  const voters = Array.from({ length: 9 }, (_, place) => `voter-${place}`);
  await api.create('passed-over');
  await database.query(`insert into token_rewrites values ('passed-over', now(), false)`);
  await api.putRoll('passed-over', `voter\n${voters.join('\n')}\n`);
  await api.codesOf('passed-over');
  await api.open('passed-over');
  for (const voter of voters.slice(0, 3)) await api.call('POST', '/passed-over/codes/again', { voter });
  const holder = await database.connect();
  try {
    await holder.query('begin');
    await holder.query(`select pg_advisory_xact_lock(hashtextextended('suffrage roll passed-over', 0))`);
    await rewriteTokens(database, 'passed-over');
    expect((await rewriteOf('passed-over'))?.minutes).toBeGreaterThan(58);
    await database.query(`update elections set phase = 'closed' where id = 'passed-over'`);
    await rewriteTokens(database, 'passed-over');
    expect(await rewriteOf('passed-over')).toMatchObject({ final: false });
    expect(transactionsOf(await codeRowsOf('passed-over'))).toBe(4);
    await holder.query('commit');
  } finally {
    holder.release();
  }
  await until('it is final', async () => (await rewriteOf('passed-over'))?.final, WITHIN_TWO_LOOKS_MILLIS);
  const after = await codeRowsOf('passed-over');
  expect(transactionsOf(after)).toBe(1);
  expect(referencesOf(after)).toEqual(referencesOf(after).toSorted());
});

test('a token that was given while rows are written anew is kept', async () => {
  const voters = Array.from({ length: 40 }, (_, place) => `v${place}`);
  const { definition, codes } = await api.openWithCodes('meanwhile', voters);
  const asking = Promise.all(
    voters.map(async voter => {
      const { blindedMessage } = blinded(definition);
      return api.ask('meanwhile', { blindedMessage, code: codes.get(voter) });
    }),
  );
  for (let turn = 0; turn < 5; turn += 1) await rewriteTokens(database, 'meanwhile');
  expect((await asking).map(({ status }) => status)).toEqual(voters.map(() => 200));
  expect((await rowsOf('meanwhile')).filter(({ given }) => given)).toHaveLength(40);
});

test('requests for tokens leave no log line, no measurement and no time, and no header of theirs comes back', async () => {
  const { definition, codes } = await api.openWithCodes('silent', ['ann', 'planted-voter']);
  const trace = '0af7651916cd43dd8448eb211c80319c';
  const headers = { traceparent: `00-${trace}-b7ad6b7169203331-01` };
  const mark = 'a mark that says where the log was';
  bed.log.info(mark);
  const measured = async () =>
    (await (await fetch(metricsUrl)).text())
      .split('\n')
      .filter(line => line.includes('tokens"') || line.includes('token_requests'));
  const before = await measured();
  const right = await api.ask(
    'silent',
    { blindedMessage: blinded(definition).blindedMessage, code: codes.get('planted-voter') },
    '',
    headers,
  );
  expect(right.status).toBe(200);
  expect(JSON.stringify([...right.headers])).not.toContain(trace);
  await api.ask('silent', { blindedMessage: blinded(definition).blindedMessage, code: 'WRONG' }, '', headers);
  await api.ask('silent', { blindedMessage: 'AAAA', code: 'WRONG' }, '', headers);
  await api.ask('silent', { unknown: 1 }, '', headers);
  expect(await measured()).toEqual(before);
  const columns = await database.query(
    `select table_name, column_name from information_schema.columns
     where table_name in ('roll', 'voter_codes', 'blind_tokens', 'issued', 'issue_counts')
     and (data_type like '%time%' or data_type like '%date%' or is_identity = 'YES' or column_default like 'nextval%')`,
  );
  expect(columns.rows).toEqual([]);
  bed.log.info(mark);
  const written = readLines();
  const [, between = ''] = written.split(mark);
  expect(between.split('\n').filter(line => line.includes('"level"')).length).toBeLessThanOrEqual(1);
  const secrets = [
    trace,
    'planted-voter',
    codes.get('planted-voter') ?? '',
    String(right.json.blindSignature),
  ];
  for (const secret of secrets) expect(written).not.toContain(secret);
});

function readLines(): string {
  return String(lines.read() ?? '');
}

test('a database without its keys gives no token, and with the backup of both the same ones as before', async () => {
  const { definition, codes } = await api.openWithCodes('restored', ['ann', 'bob']);
  const request = { blindedMessage: blinded(definition).blindedMessage, code: codes.get('ann') };
  const first = await api.ask('restored', request);
  const backup = await database.query(`select * from election_keys where election_id = 'restored'`);
  const restarted = async (settings: Record<string, string>) => {
    const own = createLifecycle(bed.log);
    const { url } = await bed.registrar({
      settings,
      databaseUrl: String(database.options.connectionString),
      lifecycle: own,
    });
    return { other: registrarApi(url), stop: () => own.close() };
  };
  const right = { SUFFRAGE_ELECTION_KEYS_SECRET_FILE: keySecret, SUFFRAGE_CODE_KEY_FILE: codeKey };

  await database.query(`delete from election_keys where election_id = 'restored'`);
  const lost = await restarted(right);
  expect((await lost.other.ask('restored', request)).json).toMatchObject({ code: 'keys-destroyed' });
  await lost.stop();

  const columns = Object.keys(backup.rows[0] ?? {});
  await database.query(
    `insert into election_keys (${columns.join(', ')}) values (${columns.map((_, place) => `$${place + 1}`).join(', ')})`,
    Object.values(backup.rows[0] ?? {}),
  );
  const wrongSecret = await restarted({
    ...right,
    SUFFRAGE_ELECTION_KEYS_SECRET_FILE: randomBytes(32).toString('base64'),
  });
  expect((await wrongSecret.other.ask('restored', request)).status).toBe(500);
  await wrongSecret.stop();

  const back = await restarted(right);
  expect((await back.other.ask('restored', request)).json).toEqual(first.json);
  await back.stop();
}, 60_000);

test('what an election keeps of voters is destroyed after its retention period, and not before', async () => {
  const { definition, codes } = await api.openWithCodes('erased', ['ann', 'bob']);
  await api.ask('erased', { blindedMessage: blinded(definition).blindedMessage, code: codes.get('ann') });
  const erase = () => api.call('POST', '/erased/erase');
  expect((await erase()).json).toMatchObject({ code: 'retention-not-over' });
  time.ahead = 400 * DAY;
  expect((await erase()).json).toMatchObject({ code: 'retention-not-over' });
  await database.query(`update elections set phase = 'closed' where id = 'erased'`);
  const due = async () =>
    Number(
      /^suffrage_registrar_erasure_due_elections(?:\{.*\})? (\d+)$/m.exec(
        await (await fetch(metricsUrl)).text(),
      )?.[1],
    );
  time.ahead = 364 * DAY;
  expect(await due()).toBe(0);
  expect((await erase()).json).toMatchObject({
    code: 'retention-not-over',
    detail: expect.stringMatching(/^not before /),
  });
  time.ahead = 366 * DAY;
  const dueBefore = await due();
  expect(dueBefore).toBeGreaterThan(0);
  const statement = (await api.call('GET', '/erased/issued')).json;
  expect(statement).toMatchObject({ issued: 1, exact: true, roll: 2 });
  expect((await api.call('POST', '/erased/erase', undefined, {})).status).toBe(401);
  const { json } = await erase();
  expect(json).toEqual({ erasedAt: expect.any(String) });
  expect((await erase()).json).toEqual(json);
  expect(await due()).toBe(dueBefore - 1);
  for (const table of ['election_keys', 'roll', 'roll_counts', 'voter_codes', 'blind_tokens', 'issued'])
    expect((await database.query(`select from ${table} where election_id = 'erased'`)).rowCount).toBe(0);
  expect((await api.call('GET', '/erased/issued')).json).toEqual(statement);
  time.ahead = 0;
}, 30_000);

test('a draft may have new keys, and its roll and codes stay; from publishing on they are refused', async () => {
  await api.create('rotated');
  await api.putRoll('rotated', 'voter\nann\n');
  const codes = await api.codesOf('rotated');
  const rotate = () => api.call('POST', '/rotated/keys/rotate');
  const { json } = await rotate();
  const definition = await api.open('rotated');
  expect(definition.tokenKeys[0]?.keyId).toBe(json.tokenKeyId);
  expect((await rotate()).json).toMatchObject({ code: 'election-phase' });
  const vote = blinded(definition);
  const given = await api.ask('rotated', { blindedMessage: vote.blindedMessage, code: codes.get('ann') });
  expect(vote.isSignedBy(given.json.blindSignature)).toBe(true);
});
