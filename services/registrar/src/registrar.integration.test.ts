import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { fetchToken } from '@suffrage/client/fetch-token';
import { prepareVote } from '@suffrage/client/prepare-vote';
import { toBase64url } from '@suffrage/contracts/bytes';
import { electionDefinition } from '@suffrage/contracts/election';
import { checkIssuedCount, issuedCountSchema } from '@suffrage/contracts/issued-count';
import { type PublishedElection, readElectionsMessage } from '@suffrage/contracts/topics';
import { createTokenVerifier } from '@suffrage/contracts/verify-token.node';
import { until } from '@suffrage/test/poll';
import { readLog } from '@suffrage/test/read-log';
import { openTestPool } from '@suffrage/test/test-pool';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';
import type { Pool } from 'pg';

jest.setTimeout(60_000);

let bed: Testbed;
let registrar: Awaited<ReturnType<Testbed['registrar']>>;
let database: Pool;

beforeAll(async () => {
  bed = await openTestbed({ partitions: 1 });
  registrar = await bed.registrar();
  database = openTestPool(registrar.databaseUrl, bed.lifecycle);
}, 60_000);

afterAll(() => bed.close(), 60_000);

const HOUR = 3_600_000;
const MANAGER = 'Bearer manager-token';

async function call(method: string, path: string, body?: unknown, authorization = MANAGER) {
  const response = await fetch(`${registrar.url}/v1/elections${path}`, {
    method,
    headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const json = (await response.json()) as Record<string, never>;
  return { status: response.status, json };
}

function draft(id: string, change: object = {}) {
  const option = (name: string) => ({ id: name, title: { en: name } });
  return {
    id,
    title: { en: id },
    contests: [
      {
        id: 'mayor',
        title: { en: 'Mayor' },
        minSelections: 1,
        maxSelections: 1,
        options: ['a', 'b'].map(option),
      },
    ],
    mode: 'secret',
    eligibility: 'open',
    revote: 'none',
    opensAt: new Date(Date.now() - HOUR).toISOString(),
    closesAt: new Date(Date.now() + HOUR).toISOString(),
    timeZone: 'Europe/London',
    resultsPolicy: 'live',
    ...change,
  };
}

async function openElection(id: string, change: object = {}) {
  expect((await call('POST', '', draft(id, change))).status).toBe(201);
  const { json } = await call('POST', `/${id}/open`);
  return electionDefinition.parse(json.definition);
}

function prepared(definition: ReturnType<typeof electionDefinition.parse>) {
  const result = prepareVote(definition, { mayor: ['a'] });
  if (!result.ok) throw new Error(result.code);
  return result.vote;
}

test('a draft becomes an election on topic elections, and is locked from then on, in the database too', async () => {
  expect((await call('POST', '', draft('locked'))).json).toMatchObject({ phase: 'draft' });
  expect((await call('GET', '/locked', undefined, '')).json).toMatchObject({ code: 'election-unknown' });
  expect((await call('POST', '/locked/publish')).json).toMatchObject({ phase: 'open', official: false });
  expect((await call('POST', '/locked/publish')).json).toMatchObject({ code: 'election-phase' });
  expect((await call('POST', '', draft('locked'))).json).toMatchObject({
    code: 'election-exists',
    field: 'id',
  });
  const published = await until('the definition is on the topic', async () => {
    const messages = (await readLog(bed.kafka, bed.topics.elections)).map(({ value }) =>
      readElectionsMessage(value),
    );
    return messages.find(message => message?.kind === 'election' && message.definition.id === 'locked');
  });
  expect(published).toMatchObject({
    definition: (await call('GET', '/locked', undefined, '')).json.definition,
  });
  for (const change of [
    `update elections set definition = jsonb_set(definition, '{title,en}', '"Other"') where id = 'locked'`,
    `update elections set phase = 'draft' where id = 'locked'`,
    `delete from elections where id = 'locked'`,
  ]) {
    await expect(database.query(change)).rejects.toThrow('election-locked');
  }
});

test('only the closing of a published election moves, at least 20 s ahead', async () => {
  await openElection('moving');
  const soon = new Date(Date.now() + 5_000).toISOString();
  expect((await call('POST', '/moving/close', { closesAt: soon })).json).toMatchObject({
    code: 'schedule-invalid',
    field: 'closesAt',
  });
  const later = new Date(Date.now() + 2 * HOUR).toISOString();
  expect((await call('POST', '/moving/close', { closesAt: later })).json).toMatchObject({
    definition: { closesAt: later },
  });
  expect((await call('POST', '/moving/close')).json).toMatchObject({ code: 'reason-missing' });
  const { json } = await call('POST', '/moving/close', { reason: 'fire in the hall' });
  const { closesAt } = electionDefinition.parse(json.definition);
  expect(Date.parse(closesAt) - Date.now()).toBeGreaterThan(18_000);
  expect(Date.parse(closesAt) - Date.now()).toBeLessThan(26_000);
});

/** What the topic has of an election, oldest first. */
async function told(id: string): Promise<PublishedElection[]> {
  const messages = (await readLog(bed.kafka, bed.topics.elections)).map(({ value }) =>
    readElectionsMessage(value),
  );
  return messages
    .filter(message => message?.kind === 'election')
    .filter(({ definition }) => definition.id === id);
}

test('an emergency closing that is kept from the topic for too long moves on, with full notice', async () => {
  await openElection('kept');
  await until('it is told', async () => (await told('kept')).length === 1);
  const held = await database.connect();
  await until('the lock is free', async () => {
    const { rows } = await held.query(`select pg_try_advisory_lock(hashtext('suffrage outbox')) as held`);
    return rows[0]?.held;
  });
  const { json } = await call('POST', '/kept/close', { reason: 'fire in the hall' });
  const asked = Date.parse(electionDefinition.parse(json.definition).closesAt);
  await sleep(Math.max(0, asked - 20_000 - Date.now()) + 500);
  await held.query('select pg_advisory_unlock_all()');
  held.release();
  const announced = await until('the closing is told', async () => (await told('kept'))[1]);
  const closesAt = Date.parse(announced.definition.closesAt);
  expect(closesAt).toBeGreaterThan(asked);
  expect(closesAt - Date.now()).toBeGreaterThan(20_000);
  expect((await call('GET', '/kept')).json).toMatchObject({
    definition: announced.definition,
    phase: 'open',
  });
}, 60_000);

test('what arrives overtaken on the topic is told again, so that compaction keeps the right one', async () => {
  await openElection('zombie');
  const first = await until('it is told', async () => (await told('zombie'))[0]);
  await call('POST', '/zombie/close', { closesAt: new Date(Date.now() + 2 * HOUR).toISOString() });
  const moved = await until('the move is told', async () => (await told('zombie'))[1]);
  await bed.publish(first);
  await bed.publish({ ...first, version: moved.version });
  const again = await until('it is told again', async () =>
    (await told('zombie')).find(({ version }) => version > moved.version),
  );
  expect(again.definition).toEqual(moved.definition);
});

test('a database that has forgotten a closing that was told adopts what everybody knows', async () => {
  await openElection('forgetful');
  const first = await until('it is told', async () => (await told('forgetful'))[0]);
  const closesAt = new Date(Date.now() + 3 * HOUR).toISOString();
  await bed.publish({ ...first, version: first.version + 1, definition: { ...first.definition, closesAt } });
  await until('the registrar says so, too', async () => {
    const { json } = await call('GET', '/forgetful');
    return electionDefinition.parse(json.definition).closesAt === closesAt;
  });
});

test('the closing that the aggregator has observed is recorded', async () => {
  const { closesAt } = await openElection('closing');
  await bed.publish({ kind: 'closing', electionId: 'closing' as never, closesAt, endOffsets: [0] });
  await until('it is official', async () => (await call('GET', '/closing')).json.official);
  expect((await call('GET', '/closing')).json).toMatchObject({ phase: 'closed' });
  await expect(
    database.query(`update elections set phase = 'published' where id = 'closing'`),
  ).rejects.toThrow('locked');
});

test('a closed election is sealed by a manager alone, once, and topic elections is told', async () => {
  const { closesAt } = await openElection('sealed');
  expect((await call('POST', '/sealed/seal')).json.code).toBe('election-phase');
  await bed.publish({ kind: 'closing', electionId: 'sealed' as never, closesAt, endOffsets: [0] });
  await until('it is official', async () => (await call('GET', '/sealed')).json.official);
  expect((await call('POST', '/sealed/seal', undefined, 'Bearer stranger')).status).toBe(401);
  expect((await call('POST', '/unheard-of/seal')).status).toBe(404);
  expect((await call('POST', '/sealed/seal')).json).toMatchObject({ phase: 'sealed', official: true });
  expect((await call('POST', '/sealed/seal')).status).toBe(200);
  expect((await call('GET', '/sealed')).json.phase).toBe('sealed');
  const seals = async () =>
    (await readLog(bed.kafka, bed.topics.elections))
      .map(({ value }) => readElectionsMessage(value))
      .filter(message => message?.kind === 'seal');
  await until('it is told', async () => (await seals()).length > 0);
  // What the registrar has read back it does not tell again in its next rounds.
  await sleep(2_500);
  expect(await seals()).toEqual([{ kind: 'seal', electionId: 'sealed', closesAt }]);
  await expect(database.query(`delete from seals where election_id = 'sealed'`)).rejects.toThrow('sealed');
  await expect(database.query('truncate seals')).rejects.toThrow('record-locked');
});

test('an election from before there were results keys can not be sealed', async () => {
  await call('POST', '', draft('unsealable'));
  await database.query(
    `update elections set definition = definition - 'resultsKeys' where id = 'unsealable'`,
  );
  await call('POST', '/unsealable/open');
  await makeOfficial('unsealable');
  expect(await call('POST', '/unsealable/seal')).toMatchObject({
    status: 409,
    json: { code: 'election-not-sealable' },
  });
  await expect(
    database.query(`insert into seals (election_id, closes_at) values ('blind', 'now')`),
  ).rejects.toThrow();
});

test('a blind token verifies, and the registrar keeps only how many it has given', async () => {
  const definition = await openElection('blind');
  const vote = prepared(definition);
  const result = await fetchToken(registrar.url, vote);
  if (!result.ok) throw new Error(result.code);
  const { token, tokenKeyId, revision, voterReference } = result.token;
  const signed = {
    voteId: vote.voteId,
    token: token.reveal(),
    tokenKeyId,
    revision,
    voterReference: voterReference.reveal(),
  };
  expect(createTokenVerifier()(vote.election, signed)).toEqual({ ok: true });
  await Promise.all(Array.from({ length: 20 }, () => fetchToken(registrar.url, prepared(definition))));
  const { rows } = await database.query(`select issued from issue_counts where election_id = 'blind'`);
  expect(rows).toEqual([{ issued: '21' }]);
  expect((await database.query(`select 1 from issued where election_id = 'blind'`)).rowCount).toBe(0);
});

async function stateOf(id: string) {
  const { status, json } = await call('GET', `/${id}/issued`, undefined, '');
  expect(status).toBe(200);
  return issuedCountSchema.parse(json);
}

async function makeOfficial(id: string): Promise<void> {
  await database.query(`update elections set phase = 'closed' where id = $1`, [id]);
}

test('how many tokens were given is signed: a bound while the election is open, exact when it is official', async () => {
  const definition = await openElection('bounded');
  const keys = definition.registrarKeys ?? [];
  const before = await stateOf('bounded');
  expect(before).toMatchObject({ electionId: 'bounded', issued: 100, exact: false });
  for (let tokens = 0; tokens < 3; tokens += 1) await fetchToken(registrar.url, prepared(definition));
  const open = await stateOf('bounded');
  expect(open).toEqual(before);
  expect(await checkIssuedCount(open, keys)).toBe('valid');
  await database.query(`update issue_counts set issued = 100 where election_id = 'bounded'`);
  expect(await stateOf('bounded')).toMatchObject({ issued: 200, exact: false });
  await makeOfficial('bounded');
  const final = await stateOf('bounded');
  expect(final).toMatchObject({ issued: 100, exact: true });
  expect(await checkIssuedCount(final, keys)).toBe('valid');
  expect(await checkIssuedCount(final, definition.receiptKeys)).toBe('key-unknown');
});

test('a pseudonymous election counts the voters who hold a token, not their revisions', async () => {
  const definition = await openElection('voters', { mode: 'pseudonymous', revote: 'last' });
  for (const voter of ['one', 'two', 'one', 'one'])
    expect(await fetchToken(registrar.url, prepared(definition), voter)).toMatchObject({ ok: true });
  await makeOfficial('voters');
  expect(await stateOf('voters')).toMatchObject({ issued: 2, exact: true });
});

test('nobody changes what the exact count is read from once the election is closed officially', async () => {
  const secret = await openElection('settled');
  expect(await fetchToken(registrar.url, prepared(secret))).toMatchObject({ ok: true });
  const pseudonymous = await openElection('settled-too', { mode: 'pseudonymous' });
  expect(await fetchToken(registrar.url, prepared(pseudonymous), 'one')).toMatchObject({ ok: true });
  await openElection('still-open');
  await database.query(`insert into roll_counts values ('settled', 5)`);
  for (const { id } of [secret, pseudonymous]) await makeOfficial(id);
  const stated = await Promise.all([stateOf('settled'), stateOf('settled-too')]);
  expect(stated).toMatchObject([
    { issued: 1, exact: true },
    { issued: 1, exact: true },
  ]);
  for (const change of [
    `update issue_counts set issued = 2 where election_id = 'settled'`,
    `update issue_counts set election_id = 'elsewhere' where election_id = 'settled'`,
    `delete from issue_counts where election_id = 'settled'`,
    `insert into issued select 'settled-too', sha256('two'), 1, sha256('two')`,
    `update issued set revision = 2 where election_id = 'settled-too'`,
    `update issued set election_id = 'still-open' where election_id = 'settled-too'`,
    `delete from issued where election_id = 'settled-too'`,
    `update roll_counts set voters = 6 where election_id = 'settled'`,
    'truncate issue_counts',
    'truncate issued',
    'truncate roll_counts',
  ])
    await expect(database.query(change)).rejects.toThrow('election-closed');
  expect(await Promise.all([stateOf('settled'), stateOf('settled-too')])).toEqual(stated);
  await database.query(`update issue_counts set issued = 2 where election_id = 'still-open'`);
});

test('of many who ask at once nobody gets a count from before the question', async () => {
  const definition = await openElection('asked');
  const votes = Array.from({ length: 5 }, () => prepared(definition));
  await stateOf('asked');
  await Promise.all(votes.map(vote => fetchToken(registrar.url, vote)));
  await database.query(`update issue_counts set issued = issued + 100 where election_id = 'asked'`);
  const answers = await Promise.all(Array.from({ length: 20 }, () => stateOf('asked')));
  expect(answers.map(({ issued }) => issued)).toEqual(Array.from({ length: 20 }, () => 200));
});

test('drafts, unknown elections and those without a key have no signed count', async () => {
  await call('POST', '', draft('drafted'));
  await openElection('keyless');
  await database.query(`update election_keys set registrar_key = null where election_id = 'keyless'`);
  for (const [id, code] of [
    ['drafted', 'election-unknown'],
    ['nowhere', 'election-unknown'],
    ['keyless', 'issued-count-unavailable'],
  ]) {
    expect((await call('GET', `/${id}/issued`)).json).toMatchObject({ code, status: 404 });
  }
});

test('twenty requests of one voter at the same moment give one token where voting again is not allowed', async () => {
  const definition = await openElection('once', { mode: 'pseudonymous' });
  const votes = Array.from({ length: 20 }, () => prepared(definition));
  const answers = await Promise.all(votes.map(vote => fetchToken(registrar.url, vote, 'voter-1')));
  expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  expect(answers.filter(answer => !answer.ok && answer.code === 'token-already-issued')).toHaveLength(19);
  const winner = votes[answers.findIndex(({ ok }) => ok)];
  const again = winner && (await fetchToken(registrar.url, winner, 'voter-1'));
  expect(again).toMatchObject({ ok: true, token: { revision: 1 } });
});

test('where voting again is allowed each new vote gets the next revision, and no two the same', async () => {
  const definition = await openElection('again', { mode: 'pseudonymous', revote: 'last' });
  const votes = Array.from({ length: 20 }, () => prepared(definition));
  const answers = await Promise.all(votes.map(vote => fetchToken(registrar.url, vote, 'voter-1')));
  const revisions = answers.map(answer => (answer.ok ? answer.token.revision : 0)).toSorted((a, b) => a - b);
  expect(revisions).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
});

test('an election whose voters have no provider to sign in with is not published', async () => {
  await call('POST', '', draft('unprovided', { voterProof: 'sign-in' }));
  for (const way of ['publish', 'open'])
    expect(await call('POST', `/unprovided/${way}`)).toMatchObject({
      status: 409,
      json: { code: 'election-phase', field: 'voterProof' },
    });
});

test('bad input is refused with its code and field', async () => {
  await openElection('secret');
  await openElection('pseudonymous', { mode: 'pseudonymous' });
  await openElection('roll', { eligibility: 'roll' });
  await call('POST', '', draft('future', { opensAt: new Date(Date.now() + HOUR / 2).toISOString() }));
  await call('POST', '/future/publish');
  await call('POST', '', draft('late', { closesAt: new Date(Date.now() + 10_000).toISOString() }));
  const blindedMessage = toBase64url(randomBytes(256).fill(0, 0, 1));
  const cases: [string, string | undefined, string, unknown][] = [
    ['election-unknown', undefined, '/nowhere/tokens', { blindedMessage }],
    ['election-not-yet-open', undefined, '/future/tokens', { blindedMessage }],
    ['field-invalid', 'code', '/roll/tokens', { blindedMessage }],
    ['code-refused', 'code', '/roll/tokens', { blindedMessage, code: 'x' }],
    ['blinded-message-invalid', 'blindedMessage', '/secret/tokens', { blindedMessage: 'AAAA' }],
    [
      'blinded-message-invalid',
      'blindedMessage',
      '/secret/tokens',
      { blindedMessage: toBase64url(new Uint8Array(256).fill(255)) },
    ],
    [
      'field-invalid',
      'blindedMessage',
      '/secret/tokens',
      { voter: 'x', voteId: toBase64url(randomBytes(32)) },
    ],
    ['field-invalid', 'voter', '/pseudonymous/tokens', { blindedMessage }],
    ['field-invalid', 'voteId', '/pseudonymous/tokens', { voter: 'x', voteId: 'AAAA' }],
    ['schedule-invalid', 'closesAt', '/late/publish', undefined],
    ['election-unknown', undefined, '/nowhere/publish', undefined],
    ['field-invalid', 'surprise', '', { ...draft('x'), surprise: 1 }],
    ['field-invalid', 'closesAt', '', draft('x', { closesAt: 'tomorrow' })],
    ['field-invalid', 'reason', '/secret/annul', { reason: ' x ' }],
  ];
  for (const [code, field, path, body] of cases) {
    const { json, status } = await call('POST', path, body);
    expect([json.code, json.field]).toEqual([code, field]);
    expect(status).toBeLessThan(500);
  }
  expect((await call('POST', '', draft('x'), 'Bearer wrong')).json).toMatchObject({
    code: 'unauthorized',
    status: 401,
  });
  expect((await call('POST', '/secret/close', undefined, '')).json).toMatchObject({ code: 'unauthorized' });
});
