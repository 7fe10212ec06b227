import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { fromBase64url, toBase64url } from '@suffrage/contracts/bytes';
import { badRow } from '@suffrage/contracts/roll';
import { blinded, type RegistrarApi, registrarApi } from '@suffrage/test/registrar-api';
import { openTestPool } from '@suffrage/test/test-pool';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';
import type { Pool } from 'pg';

jest.setTimeout(60_000);

let bed: Testbed;
let api: RegistrarApi;
let database: Pool;

beforeAll(async () => {
  bed = await openTestbed({ partitions: 1 });
  const registrar = await bed.registrar();
  api = registrarApi(registrar.url);
  database = openTestPool(registrar.databaseUrl, bed.lifecycle);
}, 60_000);

afterAll(() => bed.close(), 60_000);

test('a roll is taken whole or not at all, and the same file again changes nothing', async () => {
  await api.create('council');
  expect(await api.putRoll('council', 'voter,subject\nann,s1\n"Bob, Jr",s2\n')).toMatchObject({
    status: 200,
    json: { voters: 2, added: 2, removed: 0, changed: 0 },
  });
  const same = await api.putRoll('council', '\uFEFFvoter,subject\r\nann,s1\r\n"Bob, Jr",s2\r\n');
  expect(same.json).toEqual({ voters: 2, added: 0, removed: 0, changed: 0 });
  const bad = await api.putRoll(
    'council',
    [
      'voter,subject',
      'ann,s1',
      'cy',
      ',s4',
      'dee,s1',
      'ann,s5',
      `${'x'.repeat(201)},s6`,
      'e"e,s7',
      'tab\there,s8',
    ].join('\n'),
  );
  expect(bad).toMatchObject({ status: 422, json: { code: 'roll-rows-invalid', rowCount: 7 } });
  expect(bad.json.rows).toEqual([
    badRow(3, 'columns-differ', { count: 1, expected: 2 }),
    badRow(4, 'voter-missing'),
    badRow(5, 'subject-repeated', { first: 2 }),
    badRow(6, 'voter-repeated', { first: 2 }),
    badRow(7, 'too-long', { column: 'voter', most: 200 }),
    badRow(8, 'csv-invalid'),
    badRow(9, 'control-character', { column: 'voter' }),
  ]);
  expect(bad.json.rows).toContainEqual(
    expect.objectContaining({ line: 3, reason: 'has 1 columns, the first line 2' }),
  );
  expect((await api.call('GET', '/council/roll')).json).toEqual({ voters: 2 });
  expect((await api.putRoll('council', 'name\nann\n')).json).toMatchObject({
    rowCount: 1,
    rows: [badRow(1, 'header-invalid')],
  });
  // Subjects may change places, and voters go, while it is a draft.
  expect((await api.putRoll('council', 'voter,subject\nann,s2\n"Bob, Jr",s1\nzoe,\n')).json).toEqual({
    voters: 3,
    added: 1,
    removed: 0,
    changed: 2,
  });
  expect((await api.putRoll('council', 'subject,voter\ns2,ann\n')).json).toMatchObject({
    voters: 1,
    removed: 2,
  });
  const { rows } = await database.query(`select count(*) from blind_tokens where election_id = 'council'`);
  expect(rows).toEqual([{ count: '1' }]);
});

test('one voter has one spelling, and no two look the same because of what can not be seen', async () => {
  await api.create('spelling');
  // Full-width letters, a ligature, a no-break space and two spaces, a letter and its accent apart.
  expect((await api.putRoll('spelling', 'voter\nＡnn Lee\nofﬁce\nRené\n')).json).toMatchObject({
    voters: 3,
  });
  const same = await api.putRoll('spelling', 'voter\nAnn  Lee\noffice\nRené\n');
  expect(same.json).toEqual({ voters: 3, added: 0, removed: 0, changed: 0 });
  const twice = await api.putRoll('spelling', 'voter\noffice\nofﬁce\n');
  expect(twice.json.rows).toEqual([badRow(3, 'voter-repeated', { first: 2 })]);
  const hidden = await api.putRoll('spelling', 'voter\nan​n\nb­ob\ncyㅤ\n‮dee\neve️\n');
  expect(hidden).toMatchObject({ status: 422, json: { code: 'roll-rows-invalid', rowCount: 5 } });
  expect(hidden.json.rows).toEqual(
    ['U+200B', 'U+00AD', 'U+1160', 'U+202E', 'U+FE0F'].map((character, place) =>
      badRow(place + 2, 'hidden-character', { column: 'voter', character }),
    ),
  );
  expect((await api.call('POST', '/spelling/codes')).status).toBe(200);
  expect((await api.call('POST', '/spelling/codes/again', { voter: ' Ａnn  Lee' })).status).toBe(200);
});

test('of very many bad rows the first thousand are told, and how many there are', async () => {
  await api.create('many-bad');
  const { json } = await api.putRoll('many-bad', `voter\n${'same\n'.repeat(3_000)}`);
  expect(json).toMatchObject({ code: 'roll-rows-invalid', rowCount: 2_999 });
  expect(json.rows).toHaveLength(1_000);
});

test('voters are only added once the election is scheduled, and not at all once it is open', async () => {
  await api.create('phases');
  await api.putRoll('phases', 'voter,subject\nann,s1\nbob,\n');
  expect((await api.call('POST', '/phases/publish')).json).toMatchObject({ phase: 'scheduled' });
  expect((await api.putRoll('phases', 'voter,subject\nann,s1\n')).json).toMatchObject({
    code: 'roll-removal',
  });
  expect((await api.putRoll('phases', 'voter,subject\nann,other\nbob,\n')).json).toMatchObject({
    code: 'roll-removal',
  });
  expect((await api.putRoll('phases', 'voter,subject\nann,s1\nbob,s2\ncy,s3\n')).json).toMatchObject({
    voters: 3,
  });
  expect(
    (await api.call('POST', '/phases/roll', { voters: [{ voter: 'dee' }, { voter: 'ann' }] })).json,
  ).toEqual({
    voters: 4,
    added: 1,
    removed: 0,
    changed: 0,
  });
  expect(
    (await api.call('POST', '/phases/roll', { voters: [{ voter: 'eve', subject: 's1' }] })).json,
  ).toMatchObject({
    rows: [badRow(1, 'subject-taken')],
  });
  await api.openWithCodes('opened', ['ann']);
  expect((await api.putRoll('opened', 'voter\nann\nbob\n')).json).toMatchObject({ code: 'election-phase' });
  expect((await api.putRoll('nowhere', 'voter\nann\n')).json).toMatchObject({ code: 'election-unknown' });
  const stranger = await api.call('PUT', '/phases/roll', 'voter\nx\n', {
    'content-type': 'text/csv',
  });
  expect(stranger.status).toBe(401);
});

test('a voter with a code gets one token: for the same bytes again, for others never', async () => {
  const { definition, codes } = await api.openWithCodes('secret', ['ann', 'bob', 'cy']);
  expect(codes.size).toBe(3);
  const code = codes.get('ann') ?? '';
  const mine = blinded(definition);
  const first = await api.ask('secret', { blindedMessage: mine.blindedMessage, code });
  expect(first.status).toBe(200);
  expect(mine.isSignedBy(first.json.blindSignature)).toBe(true);
  const typed = code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'O').replaceAll('1', 'l');
  const again = await api.ask('secret', { blindedMessage: mine.blindedMessage, code: typed });
  expect(again.json).toEqual(first.json);
  const { rows } = await database.query(
    `select blinded_hash from blind_tokens where election_id = 'secret' and blinded_hash is not null`,
  );
  const sent = fromBase64url(mine.blindedMessage) ?? new Uint8Array();
  expect(rows).toEqual([{ blinded_hash: createHash('sha256').update(sent).digest() }]);
  await expect(
    database.query(
      `update blind_tokens set blinded_hash = null, token_key_id = null where election_id = 'secret'`,
    ),
  ).rejects.toThrow('token-already-issued');
});

test('wrong, unknown, foreign and used codes are refused in the same words', async () => {
  const { definition, codes } = await api.openWithCodes('refusing', ['ann', 'bob']);
  const { codes: foreign } = await api.openWithCodes('foreign', ['ann']);
  const used = codes.get('ann');
  await api.ask('refusing', { blindedMessage: blinded(definition).blindedMessage, code: used });
  const answers = await Promise.all(
    [used, foreign.get('ann'), 'nonsense', codes.get('bob')?.replace(/.$/, '')].map(code =>
      api.ask('refusing', { blindedMessage: blinded(definition).blindedMessage, code }),
    ),
  );
  const [first] = answers;
  expect(first?.json).toMatchObject({ code: 'code-refused', status: 403 });
  for (const { text, status } of answers) expect([status, text]).toEqual([403, first?.text]);
  expect(
    (await api.ask('refusing', { blindedMessage: blinded(definition).blindedMessage })).json,
  ).toMatchObject({
    code: 'field-invalid',
    field: 'code',
  });
});

test('of twenty requests with one code at the same moment one gets a token', async () => {
  const { definition, codes } = await api.openWithCodes('race', ['ann', 'bob']);
  const votes = Array.from({ length: 20 }, () => blinded(definition));
  const answers = await Promise.all(
    votes.map(({ blindedMessage }) => api.ask('race', { blindedMessage, code: codes.get('ann') })),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter(({ json }) => json.code === 'code-refused')).toHaveLength(19);
  const winner = answers.findIndex(({ status }) => status === 200);
  expect(votes[winner]?.isSignedBy(answers[winner]?.json.blindSignature)).toBe(true);
  const { rows } = await database.query(`select issued from issue_counts where election_id = 'race'`);
  expect(rows).toEqual([{ issued: '1' }]);
});

test('a code is given again before it is used, and the old one is void', async () => {
  const { definition, codes } = await api.openWithCodes('again', ['ann', 'bob']);
  const given = await api.call('POST', '/again/codes/again', { voter: 'ann' });
  expect(given.json).toEqual({ voter: 'ann', code: expect.any(String) });
  const token = (code: unknown) =>
    api.ask('again', { blindedMessage: blinded(definition).blindedMessage, code });
  expect((await token(codes.get('ann'))).json).toMatchObject({ code: 'code-refused' });
  expect((await token(given.json.code)).status).toBe(200);
  expect((await api.call('POST', '/again/codes/again', { voter: 'ann' })).json).toMatchObject({
    code: 'token-already-issued',
  });
  expect((await api.call('POST', '/again/codes/again', { voter: 'eve' })).json).toMatchObject({
    code: 'voter-unknown',
  });
  expect((await api.call('POST', '/again/codes', { replace: true })).json).toMatchObject({
    code: 'election-phase',
  });
});

test('codes are shown once, to voters who have none; before the opening all can be replaced', async () => {
  await api.create('codes');
  await api.putRoll('codes', 'voter\n"a ""b"", c"\nbob\n');
  const first = await api.codesOf('codes');
  expect([...first.keys()]).toEqual(['"a ""b"", c"', 'bob']);
  expect((await api.codesOf('codes')).size).toBe(0);
  await api.call('POST', '/codes/roll', { voters: [{ voter: 'zoe' }] });
  expect([...(await api.codesOf('codes')).keys()]).toEqual(['zoe']);
  const all = await api.codesOf('codes', { replace: true });
  expect(all.size).toBe(3);
  for (const [voter, code] of first) expect(all.get(voter)).not.toBe(code);
  const stored = await database.query(`select code_hash from voter_codes where election_id = 'codes'`);
  expect(stored.rowCount).toBe(3);
});

test('a pseudonymous voter gets revisions up to the limit, under a reference that the registrar derives', async () => {
  const { codes } = await api.openWithCodes('pseudo', ['ann', 'bob'], {
    mode: 'pseudonymous',
    revote: 'last',
  });
  const code = codes.get('ann');
  const voteId = () => toBase64url(crypto.getRandomValues(new Uint8Array(32)));
  const first = await api.ask('pseudo', { voteId: voteId(), code });
  expect(first.json).toMatchObject({ revision: 1 });
  expect((await api.ask('pseudo', { voteId: voteId(), code, voter: 'ann' })).json).toMatchObject({
    code: 'field-invalid',
    field: 'voter',
  });
  for (let revision = 2; revision <= 50; revision += 1)
    expect((await api.ask('pseudo', { voteId: voteId(), code })).json).toMatchObject({
      revision,
      voterReference: first.json.voterReference,
    });
  expect((await api.ask('pseudo', { voteId: voteId(), code })).json).toMatchObject({ code: 'code-refused' });
  expect((await api.ask('pseudo', { voteId: voteId(), code: codes.get('bob') })).json).toMatchObject({
    revision: 1,
  });
});

test('the roll is part of what the registrar signs', async () => {
  const { definition, codes } = await api.openWithCodes('stated', ['ann', 'bob', 'cy']);
  expect((await api.call('GET', '/stated/issued')).json).toMatchObject({ issued: 3, exact: false, roll: 3 });
  await api.ask('stated', { blindedMessage: blinded(definition).blindedMessage, code: codes.get('ann') });
  await database.query(`update elections set phase = 'closed' where id = 'stated'`);
  expect((await api.call('GET', '/stated/issued')).json).toMatchObject({ issued: 1, exact: true, roll: 3 });
});
