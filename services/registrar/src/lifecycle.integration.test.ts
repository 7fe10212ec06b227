import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { fetchToken } from '@suffrage/client/fetch-token';
import { prepareVote } from '@suffrage/client/prepare-vote';
import {
  type Action,
  actionsExportSchema,
  actionsHeadSchema,
  checkActions,
} from '@suffrage/contracts/actions';
import { electionDefinition } from '@suffrage/contracts/election';
import { instantsAt, localTimeOf } from '@suffrage/contracts/local-time';
import { readElectionsMessage } from '@suffrage/contracts/topics';
import { turnoutSchema } from '@suffrage/contracts/turnout';
import { createLifecycle } from '@suffrage/runtime/lifecycle';
import { repeatEvery } from '@suffrage/runtime/wait';
import { until } from '@suffrage/test/poll';
import { readLog } from '@suffrage/test/read-log';
import { openTestPool } from '@suffrage/test/test-pool';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';
import type { Pool } from 'pg';

// Some start and stop several registrars.
jest.setTimeout(60_000);

type Registrar = Awaited<ReturnType<Testbed['registrar']>>;

let bed: Testbed;
let registrar: Registrar;
let database: Pool;

beforeAll(async () => {
  bed = await openTestbed({ partitions: 1 });
  registrar = await bed.registrar();
  database = openTestPool(registrar.databaseUrl, bed.lifecycle);
}, 60_000);

afterAll(() => bed.close(), 60_000);

const HOUR = 3_600_000;
const hence = (millis: number, from = Date.now()) => new Date(from + millis).toISOString();

async function call(method: string, path: string, body?: unknown, url = registrar.url) {
  const response = await fetch(`${url}/v1/elections${path}`, {
    method,
    headers: {
      authorization: 'Bearer manager-token',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    json: (text === '' ? {} : JSON.parse(text)) as Record<string, never>,
  };
}

function draft(id: string, change: object = {}) {
  const option = (name: string, more: object = {}) => ({ id: name, title: { en: name }, ...more });
  return {
    id,
    title: { en: id },
    contests: [
      {
        id: 'mayor',
        title: { en: 'Mayor' },
        minSelections: 1,
        maxSelections: 1,
        options: [
          option('a', { picture: 'https://pictures.example/a.png' }),
          option('none', { exclusive: true }),
        ],
      },
    ],
    mode: 'pseudonymous',
    eligibility: 'open',
    revote: 'none',
    opensAt: hence(-HOUR),
    closesAt: hence(HOUR),
    timeZone: 'Europe/London',
    resultsPolicy: 'live',
    ...change,
  };
}

async function create(id: string, change: object = {}, url = registrar.url) {
  const { status, json } = await call('POST', '', draft(id, change), url);
  expect(status).toBe(201);
  return electionDefinition.parse(json.definition);
}

async function recordOf(id: string, url = registrar.url): Promise<readonly Action[]> {
  const early = actionsHeadSchema.parse((await call('GET', `/${id}/actions/head`, undefined, url)).json);
  const { head, actions } = actionsExportSchema.parse(
    (await call('GET', `/${id}/actions`, undefined, url)).json,
  );
  // The registrar itself may record something in between.
  expect(checkActions(actions, [head, early])).toEqual([]);
  return actions;
}

const namesOf = (actions: readonly Action[]) => actions.map(({ action }) => action);
/** What managers have done: the registrar's own records come when the clock says. */
const byManagers = (actions: readonly Action[]) =>
  actions.filter(({ actor }) => actor === 'token:alice').map(({ action }) => action);

async function tokenFor(id: string) {
  const { json } = await call('GET', `/${id}`);
  const prepared = prepareVote(electionDefinition.parse(json.definition), { mayor: ['a'] });
  if (!prepared.ok) throw new Error(prepared.code);
  return fetchToken(registrar.url, prepared.vote, 'voter-1');
}

test('a draft is replaced until it is scheduled; the database refuses what comes later, too', async () => {
  const first = await create('edited', { revote: 'last' });
  const { json } = await call('PUT', '/edited', draft('edited', { title: { en: 'Better' } }));
  const second = electionDefinition.parse(json.definition);
  expect(second).toMatchObject({ title: { en: 'Better' }, revote: 'none', tokenKeys: first.tokenKeys });
  expect((await call('PUT', '/edited', draft('other'))).json).toMatchObject({ code: 'field-invalid' });
  await call('POST', '/edited/publish');
  expect((await call('PUT', '/edited', draft('edited'))).json).toMatchObject({ code: 'election-locked' });
  expect((await call('DELETE', '/edited')).json).toMatchObject({ code: 'election-locked' });
  await expect(
    database.query(`update elections set definition = definition || '{"revote":"last"}' where id = 'edited'`),
  ).rejects.toThrow('election-locked');
  await expect(
    database.query(`update elections set organisation = 'other' where id = 'edited'`),
  ).rejects.toThrow('election-locked');
  const actions = await recordOf('edited');
  expect(byManagers(actions)).toEqual(['created', 'edited', 'scheduled']);
  const [made, edited, scheduled] = actions.map(({ details }) => details.definition);
  expect(edited).toBe(scheduled);
  expect(edited).not.toBe(made);
});

test('a draft that becomes another kind of election gets a key of that kind', async () => {
  const before = await create('moded');
  await call('PUT', '/moded', draft('moded', { mode: 'secret' }));
  const { json } = await call('POST', '/moded/open');
  const after = electionDefinition.parse(json.definition);
  expect(after.tokenKeys).not.toEqual(before.tokenKeys);
  expect(await tokenFor('moded')).toMatchObject({ ok: true });
});

test('a deleted draft is gone with its keys, and its record stays', async () => {
  await create('deleted');
  expect((await call('DELETE', '/deleted')).status).toBe(204);
  expect((await call('GET', '/deleted')).status).toBe(404);
  expect((await call('DELETE', '/deleted')).status).toBe(404);
  const { rows } = await database.query(`select from election_keys where election_id = 'deleted'`);
  expect(rows).toEqual([]);
  await create('deleted');
  expect(namesOf(await recordOf('deleted'))).toEqual(['created', 'deleted', 'created']);
});

test('a duplicate has the ballot and rules of the election, keys of its own, and says where it comes from', async () => {
  await create('first');
  const { json: opened } = await call('POST', '/first/open');
  const original = electionDefinition.parse(opened.definition);
  const times = { opensAt: hence(HOUR), closesAt: hence(2 * HOUR) };
  const { status, json } = await call('POST', '/first/duplicate', { id: 'second', ...times });
  expect([status, json.phase]).toEqual([201, 'draft']);
  const copy = electionDefinition.parse(json.definition);
  expect({ ...copy, ...times }).toEqual({
    ...original,
    ...times,
    id: 'second',
    tokenKeys: copy.tokenKeys,
    registrarKeys: copy.registrarKeys,
  });
  expect(copy.tokenKeys).not.toEqual(original.tokenKeys);
  expect((await recordOf('second'))[0]).toMatchObject({ action: 'created', details: { from: 'first' } });
  expect((await call('POST', '/first/duplicate', { id: 'second' })).json).toMatchObject({
    code: 'election-exists',
  });
  expect(
    (await call('POST', '/first/duplicate', { id: 'third', closesAt: original.opensAt })).json,
  ).toMatchObject({ code: 'schedule-invalid' });
});

test('an extension and an emergency stop are on record with the closings before and after, and the reason', async () => {
  const { closesAt: from } = await create('moved');
  await call('POST', '/moved/open');
  const to = hence(2 * HOUR);
  await call('POST', '/moved/close', { closesAt: to });
  await call('POST', '/moved/close', { reason: 'fire in the hall' });
  const actions = (await recordOf('moved')).filter(({ actor }) => actor === 'token:alice');
  expect(namesOf(actions)).toEqual(['created', 'opened-now', 'extended', 'stopped']);
  expect(actions[2]).toMatchObject({ details: { from, to } });
  expect(actions[3]).toMatchObject({ reason: 'fire in the hall', details: { from: to } });
});

test('a reason with half a surrogate pair does not break the chain of actions', async () => {
  await create('half');
  await call('POST', '/half/open');
  expect((await call('POST', '/half/close', { reason: 'forged \ud800 roll' })).status).toBe(200);
  const { actions, head } = actionsExportSchema.parse((await call('GET', '/half/actions')).json);
  expect(actions.find(({ action }) => action === 'stopped')).toMatchObject({ reason: 'forged \ufffd roll' });
  expect(checkActions(actions, [head])).toEqual([]);
  expect((await call('POST', '/half/close', { reason: 'with a \0' })).json).toMatchObject({
    code: 'field-invalid',
  });
});

test('an annulled election gives no more tokens, says so on the topic and to everybody, and keeps its counts', async () => {
  await create('annulled');
  expect((await call('POST', '/annulled/annul', { reason: 'forged roll' })).json).toMatchObject({
    code: 'election-phase',
  });
  await call('POST', '/annulled/open');
  expect(await tokenFor('annulled')).toMatchObject({ ok: true });
  const { json } = await call('POST', '/annulled/annul', { reason: 'forged roll' });
  expect(json).toMatchObject({ phase: 'open', annulled: { reason: 'forged roll' } });
  expect((await call('POST', '/annulled/annul', { reason: 'once more' })).json).toMatchObject({
    code: 'election-annulled',
  });
  await until('tokens are refused, within a second', async () => {
    const refused = await tokenFor('annulled');
    return !refused.ok && refused.code === 'election-annulled';
  });
  const { rows } = await database.query(`select from issued where election_id = 'annulled'`);
  expect(rows).toHaveLength(1);
  const told = await until('the topic says so', async () =>
    (await readLog(bed.kafka, bed.topics.elections))
      .map(({ value }) => readElectionsMessage(value))
      .find(message => message?.kind === 'annulment'),
  );
  expect(told).toMatchObject({ electionId: 'annulled', reason: 'forged roll' });
  const everybody = await fetch(`${registrar.url}/v1/elections/annulled`);
  expect(await everybody.json()).toMatchObject({ annulled: { reason: 'forged roll' } });
  await expect(database.query(`delete from annulments`)).rejects.toThrow('record-locked');
});

test('of many who annul an election at the same moment one does', async () => {
  await create('raced');
  await call('POST', '/raced/open');
  const reasons = Array.from({ length: 8 }, (_, place) => ({ reason: `reason ${place}` }));
  const answers = await Promise.all(reasons.map(reason => call('POST', '/raced/annul', reason)));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409, 409, 409, 409, 409]);
  expect(byManagers(await recordOf('raced'))).toEqual(['created', 'opened-now', 'annulled']);
});

test('an election whose closing is official can still be annulled', async () => {
  await create('late');
  const { json } = await call('POST', '/late/open');
  const { closesAt } = electionDefinition.parse(json.definition);
  await bed.publish({ kind: 'closing', electionId: 'late' as never, closesAt, endOffsets: [0] });
  await until('it is official', async () => (await call('GET', '/late')).json.official);
  expect((await call('POST', '/late/annul', { reason: 'forged roll' })).json).toMatchObject({
    official: true,
    annulled: { reason: 'forged roll' },
  });
  expect(namesOf(await recordOf('late'))).toEqual([
    'created',
    'opened-now',
    'opened',
    'closed',
    'official',
    'annulled',
  ]);
});

test('a change that names the revision it replaces is refused once somebody else has changed the draft', async () => {
  await create('shared');
  const times = { opensAt: hence(HOUR), closesAt: hence(2 * HOUR) };
  const edit = async (title: string, tags: string) => {
    const response = await fetch(`${registrar.url}/v1/elections/shared`, {
      method: 'PUT',
      headers: {
        authorization: 'Bearer manager-token',
        'content-type': 'application/json',
        'if-match': tags,
      },
      body: JSON.stringify(draft('shared', { title: { en: title }, ...times })),
    });
    const json = (await response.json()) as { code?: string; revision?: string };
    return { status: response.status, tag: response.headers.get('etag') ?? '', ...json };
  };
  const titleNow = async () => (await call('GET', '/shared')).json.definition;
  const { revision } = (await call('GET', '/shared')).json;
  const first = await edit('By Ann', `"${revision}"`);
  expect(first).toMatchObject({ status: 200, tag: `"${first.revision}"` });
  for (const stale of [`"${revision}"`, `${first.revision}`, `W/${first.tag}`, '""', ''])
    expect(await edit('By Bob', stale)).toMatchObject({ status: 412, code: 'election-changed' });
  expect(await titleNow()).toMatchObject({ title: { en: 'By Ann' } });
  expect(await edit('By Bob', `"${revision}", ${first.tag}`)).toMatchObject({ status: 200 });
  expect(await edit('By Ann', first.tag)).toMatchObject({ status: 412 });
  // The answer was lost, the same is sent again: it is what was wanted.
  expect(await edit('By Bob', first.tag)).toMatchObject({ status: 200 });
  // Other keys are no other draft.
  const { json } = await call('GET', '/shared');
  await call('POST', '/shared/keys/rotate');
  expect((await call('GET', '/shared')).json.revision).toBe(json.revision);
  expect(await edit('By Cid', '*')).toMatchObject({ status: 200 });
  expect(await titleNow()).toMatchObject({ title: { en: 'By Cid' } });
  await call('POST', '/shared/publish');
  expect(await edit('By Dan', first.tag)).toMatchObject({ code: 'election-locked' });
});

test('twenty managers who change a draft at the same moment stand in one chain', async () => {
  await create('busy');
  const titles = Array.from({ length: 20 }, (_, place) => ({ title: { en: `Title ${place}` } }));
  await Promise.all(titles.map(title => call('PUT', '/busy', draft('busy', title))));
  const actions = await recordOf('busy');
  expect(actions.map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: 21 }, (_, place) => place + 1),
  );
});

test('the record refuses change, removal and emptying, and a change without its record does not happen', async () => {
  await create('recorded');
  for (const change of [
    `update actions set reason = 'other' where election_id = 'recorded'`,
    `delete from actions where election_id = 'recorded'`,
    'truncate actions',
  ])
    await expect(database.query(change)).rejects.toThrow('record-locked');
  await database.query(
    `alter table actions add constraint full_record check (election_id <> 'recorded') not valid`,
  );
  expect((await call('DELETE', '/recorded')).status).toBe(500);
  await database.query('alter table actions drop constraint full_record');
  expect((await call('GET', '/recorded')).status).toBe(200);
  expect(namesOf(await recordOf('recorded'))).toEqual(['created']);
});

test('whoever owns the database and changes or removes a row of the record is found out', async () => {
  await create('forged');
  await call('PUT', '/forged', draft('forged', { title: { en: 'Other' } }));
  // Still a draft, so that the registrar itself adds nothing meanwhile.
  await call('PUT', '/forged', draft('forged'));
  const { json: head } = await call('GET', '/forged/actions/head');
  const flaws = async (change: string) => {
    await database.query('alter table actions disable trigger user');
    await database.query(change);
    await database.query('alter table actions enable trigger user');
    const { json } = await call('GET', '/forged/actions');
    const { actions, head: shown } = actionsExportSchema.parse(json);
    return checkActions(actions, [actionsHeadSchema.parse(head), shown]).map(({ kind }) => kind);
  };
  expect(
    await flaws(`update actions set actor = 'token:bob' where election_id = 'forged' and sequence = 1`),
  ).toEqual(['action-changed']);
  await database.query('alter table actions disable trigger user');
  await database.query(
    `update actions set actor = 'token:alice' where election_id = 'forged' and sequence = 1`,
  );
  expect(await flaws(`delete from actions where election_id = 'forged' and sequence = 2`)).toEqual([
    'action-missing',
  ]);
  expect(await flaws(`delete from actions where election_id = 'forged' and sequence > 1`)).toEqual([
    'action-missing',
  ]);
});

test('an older registrar that names no organisation writes for the local one', async () => {
  await create('old');
  await database.query(
    `insert into elections (id, definition, phase)
     select 'older', jsonb_set(definition, '{id}', '"older"'), phase from elections where id = 'old'`,
  );
  expect((await call('GET', '/older')).json).toMatchObject({ phase: 'draft' });
});

/** The longest that anything took here that takes no time on an idle machine: a pause and a query. */
function watchDelays() {
  let worst = 0;
  const stop = repeatEvery(0, async () => {
    const begun = Date.now();
    await sleep(50);
    await database.query('select 1');
    worst = Math.max(worst, Date.now() - begun - 50);
  });
  return async () => {
    await stop();
    return worst;
  };
}

test('of two registrars one records the opening, once, within a second', async () => {
  const second = await bed.registrar({ of: registrar });
  const opensAt = hence(1_500);
  const delays = watchDelays();
  await create('timely', { opensAt });
  expect((await call('POST', '/timely/publish', undefined, second.url)).json).toMatchObject({
    phase: 'scheduled',
  });
  const opened = await until('it is on record', async () =>
    (await recordOf('timely')).find(({ action }) => action === 'opened'),
  );
  expect(opened).toMatchObject({ actor: 'registrar', details: { opensAt } });
  const late = Date.parse(opened.at) - Date.parse(opensAt);
  expect(late).toBeGreaterThanOrEqual(0);
  // A round is a look, a lock and a record: a busy machine holds up each.
  expect(late).toBeLessThan(1_000 + 6 * (await delays()));
  await sleep(1_000);
  expect(namesOf(await recordOf('timely', second.url))).toEqual(['created', 'scheduled', 'opened']);
});

/** Two registrars of one database under one clock that can be moved on. */
async function pairUnder(clock: () => number, of?: Registrar) {
  const lifecycle = createLifecycle(bed.log);
  bed.lifecycle.onClose('pair', () => lifecycle.close());
  const first = await bed.registrar({ clock, lifecycle, ...(of ? { of } : {}) });
  await bed.registrar({ clock, lifecycle, of: first });
  return { ...first, stop: () => lifecycle.close() };
}

test('what passed while no registrar ran is recorded after the restart: once, and in order', async () => {
  let ahead = 0;
  const clock = () => Date.now() + ahead;
  const before = await pairUnder(clock);
  const id = `restarted-${randomBytes(3).toString('hex')}`;
  await create(id, { opensAt: hence(HOUR), closesAt: hence(2 * HOUR) }, before.url);
  await call('POST', `/${id}/publish`, undefined, before.url);
  const pool = openTestPool(before.databaseUrl, bed.lifecycle);
  await until('everybody knows of it', async () => {
    const { rows } = await pool.query('select from elections where announced_closes_at is not null');
    return rows.length;
  });
  await before.stop();
  ahead = 3 * HOUR;
  const after = await pairUnder(clock, before);
  await until('both are on record', async () => namesOf(await recordOf(id, after.url)).includes('closed'));
  await sleep(1_000);
  const expected = ['created', 'scheduled', 'opened', 'closed'];
  expect(namesOf(await recordOf(id, after.url))).toEqual(expected);
  await after.stop();
  const again = await pairUnder(clock, before);
  await sleep(1_000);
  expect(namesOf(await recordOf(id, again.url))).toEqual(expected);
});

test.each([
  ['opened', 'opensAt'],
  ['closed', 'closesAt'],
] as const)(
  'registrars that are restarted just before an election is %s record it once, within a second of its instant',
  async (action, at) => {
    const time: { ahead: number; stopped?: number } = { ahead: 0 };
    const clock = () => time.stopped ?? Date.now() + time.ahead;
    const before = await pairUnder(clock);
    const id = `just-${action}-${randomBytes(3).toString('hex')}`;
    const times = { opensAt: hence(HOUR), closesAt: hence(2 * HOUR) };
    await create(id, times, before.url);
    await call('POST', `/${id}/publish`, undefined, before.url);
    const pool = openTestPool(before.databaseUrl, bed.lifecycle);
    await until('everybody knows of it', async () => {
      const { rows } = await pool.query('select from elections where announced_closes_at is not null');
      return rows.length;
    });
    // Time stands still while they start, however long that takes here.
    const instant = Date.parse(times[at]);
    time.stopped = instant - 300;
    await before.stop();
    const after = await pairUnder(clock, before);
    const recorded = async () =>
      (await recordOf(id, after.url)).filter(one => one.action === action).map(one => Date.parse(one.at));
    expect(await recorded()).toEqual([]);
    const delays = watchDelays();
    time.ahead = time.stopped - Date.now();
    delete time.stopped;
    const [first = 0] = await until('it is on record', async () => {
      const found = await recorded();
      return found.length > 0 ? found : undefined;
    });
    expect(first - instant).toBeGreaterThanOrEqual(0);
    expect(first - instant).toBeLessThan(1_000 + 6 * (await delays()));
    await sleep(1_000);
    expect(await recorded()).toEqual([first]);
  },
);

test('an election from a skipped hour to a repeated one opens and closes at its instants', async () => {
  const zone = 'Europe/London';
  // Clocks go from 01:00 to 02:00 on 28 March 2027, and from 02:00 back to 01:00 on 31 October.
  const opensAt = '2027-03-28T01:30:00.000Z';
  expect(localTimeOf(opensAt, zone)).toBe('2027-03-28T02:30:00+01:00');
  expect(instantsAt('2027-03-28T01:30', zone)).toEqual([]);
  const [, closesAt = ''] = instantsAt('2027-10-31T01:30', zone);
  let now = Date.parse(opensAt) - 60_000;
  const { url } = await pairUnder(() => now);
  const id = `summer-${randomBytes(3).toString('hex')}`;
  await create(id, { opensAt, closesAt, timeZone: zone }, url);
  await call('POST', `/${id}/publish`, undefined, url);
  const phase = async () => (await call('GET', `/${id}`, undefined, url)).json.phase;
  for (const [instant, expected] of [
    [Date.parse(opensAt) - 1, 'scheduled'],
    [Date.parse(opensAt), 'open'],
    [Date.parse('2027-10-31T00:30:00Z'), 'open'],
    [Date.parse(closesAt) - 1, 'open'],
    [Date.parse(closesAt), 'closed'],
  ] as const) {
    now = instant;
    expect(await phase()).toBe(expected);
  }
  const closed = await until('it is on record', async () =>
    (await recordOf(id, url)).find(({ action }) => action === 'closed'),
  );
  expect(closed).toMatchObject({ at: closesAt, details: { closesAt } });
});

test('turnout is rounded and a minute old while an election is open, and exact once it is official', async () => {
  let ahead = 0;
  const watched = await pairUnder(() => Date.now() + ahead);
  const id = `watched-${randomBytes(3).toString('hex')}`;
  await create(id, {}, watched.url);
  await call('POST', `/${id}/open`, undefined, watched.url);
  const turnout = async () =>
    turnoutSchema.parse((await call('GET', `/${id}/turnout`, undefined, watched.url)).json);
  const pool = openTestPool(watched.databaseUrl, bed.lifecycle);
  const first = await turnout();
  expect(first).toMatchObject({ issued: 100, exact: false });
  await pool.query(
    `insert into issued select $1, decode(lpad(to_hex(n), 64, '0'), 'hex'), 1, decode(lpad('', 64, '0'), 'hex')
     from generate_series(1, 130) as n`,
    [id],
  );
  expect(await turnout()).toEqual(first);
  ahead = 61_000;
  expect(await turnout()).toMatchObject({ issued: 200, exact: false });
  await pool.query(`update elections set phase = 'closed' where id = $1`, [id]);
  ahead = 122_000;
  expect(await turnout()).toMatchObject({ issued: 130, exact: true });
});
