import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { toBase64url } from '@suffrage/contracts/bytes';
import { startOpenIdProvider } from '@suffrage/test/openid-provider';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';
import { type Access, access } from './access.ts';
import { roles } from './principal.ts';

/*
 * Every route in every role of two organisations, and without a token or with a bad one. What is expected follows from the
 * table of access alone; the elections are of organisation `acme`.
 */

const HOUR = 3_600_000;
const ORGANISATIONS = ['acme', 'bolt'] as const;
const HELD = [...roles, 'none'] as const;

type Caller = { readonly name: string; readonly organisation?: string; readonly role?: string };
const callers: readonly Caller[] = [
  { name: 'nobody' },
  { name: 'a bad token' },
  ...ORGANISATIONS.flatMap(organisation =>
    HELD.map(role => ({ name: `${organisation}-${role}`, organisation, role })),
  ),
];
const isSignedIn = ({ role }: Caller) => role !== undefined;

jest.setTimeout(30_000);

let bed: Testbed;
let url: string;
const tokens = new Map<string, string>([['a bad token', 'eyJhbGciOiJub25lIn0.e30.']]);

beforeAll(async () => {
  bed = await openTestbed({ partitions: 1 });
  const accounts = callers
    .filter(isSignedIn)
    .map(({ name, organisation, role }) => [name, { organisation, roles: [role] }] as const);
  const provider = await startOpenIdProvider({ accounts: Object.fromEntries(accounts) });
  bed.lifecycle.onClose('provider', () => provider.close());
  for (const [name] of accounts) tokens.set(name, await provider.signIn(name));
  ({ url } = await bed.registrar({
    settings: {
      SUFFRAGE_OIDC_ISSUER: provider.issuer,
      SUFFRAGE_OIDC_AUDIENCE: provider.audience,
      SUFFRAGE_OIDC_CLIENT_ID: provider.clientId,
    },
  }));
}, 60_000);

afterAll(() => bed.close(), 60_000);

async function ask(name: string, method: string, path: string, body?: object | string) {
  const token = tokens.get(name);
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined
        ? {}
        : { 'content-type': typeof body === 'string' ? 'text/csv' : 'application/json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text };
}

let ids = 0;
const freshId = () => `election-${++ids}`;

function draft(id: string) {
  return {
    id,
    title: { en: id },
    contests: [
      {
        id: 'mayor',
        title: { en: 'Mayor' },
        minSelections: 1,
        maxSelections: 1,
        options: [{ id: 'a', title: { en: 'A' } }],
      },
    ],
    mode: 'pseudonymous',
    eligibility: 'open',
    revote: 'none',
    opensAt: new Date(Date.now() - HOUR).toISOString(),
    closesAt: new Date(Date.now() + HOUR).toISOString(),
    timeZone: 'Europe/London',
    resultsPolicy: 'live',
  };
}

const ROLL = 'voter\nann\n';

/** How a route is used well: on which election of `acme`, with what, and what it answers then. */
type Use = {
  readonly on?: 'draft' | 'roll' | 'open';
  readonly body?: (id: string) => object | string;
  readonly status: number;
  /** Of the refusal. */
  readonly code?: string;
};
const uses: Readonly<Record<string, Use>> = {
  'GET /v1/sign-in': { status: 200 },
  'GET /v1/principal': { status: 200 },
  'GET /v1/elections': { status: 200 },
  'GET /v1/elections/:electionId': { on: 'draft', status: 200 },
  'POST /v1/elections': { body: () => draft(freshId()), status: 201 },
  'PUT /v1/elections/:electionId': { on: 'draft', body: draft, status: 200 },
  'DELETE /v1/elections/:electionId': { on: 'draft', status: 204 },
  'POST /v1/elections/:electionId/duplicate': { on: 'draft', body: () => ({ id: freshId() }), status: 201 },
  'POST /v1/elections/:electionId/publish': { on: 'draft', status: 200 },
  'POST /v1/elections/:electionId/open': { on: 'draft', status: 200 },
  'POST /v1/elections/:electionId/close': {
    on: 'open',
    body: () => ({ closesAt: new Date(Date.now() + 2 * HOUR).toISOString() }),
    status: 200,
  },
  'POST /v1/elections/:electionId/annul': { on: 'open', body: () => ({ reason: 'forged' }), status: 200 },
  'POST /v1/elections/:electionId/seal': { on: 'open', status: 409, code: 'election-phase' },
  'GET /v1/elections/:electionId/roll': { on: 'roll', status: 200 },
  'PUT /v1/elections/:electionId/roll': { on: 'roll', body: () => ROLL, status: 200 },
  'POST /v1/elections/:electionId/roll': {
    on: 'roll',
    body: () => ({ voters: [{ voter: 'ann' }] }),
    status: 200,
  },
  'POST /v1/elections/:electionId/codes': { on: 'roll', status: 200 },
  'POST /v1/elections/:electionId/codes/again': {
    on: 'roll',
    body: () => ({ voter: 'ann' }),
    status: 200,
  },
  'POST /v1/elections/:electionId/keys/rotate': { on: 'draft', status: 200 },
  'POST /v1/elections/:electionId/erase': { on: 'open', status: 409, code: 'retention-not-over' },
  'POST /v1/elections/:electionId/sessions': { on: 'open', status: 409, code: 'election-phase' },
  'GET /v1/elections/:electionId/actions': { on: 'draft', status: 200 },
  'GET /v1/elections/:electionId/actions/head': { on: 'draft', status: 200 },
  'GET /v1/elections/:electionId/turnout': { on: 'open', status: 200 },
  'GET /v1/elections/:electionId/issued': { on: 'open', status: 200 },
  'POST /v1/elections/:electionId/tokens': {
    on: 'open',
    body: () => ({ voter: 'x', voteId: toBase64url(new Uint8Array(32)) }),
    status: 200,
  },
};

const nameOf = ({ method, path }: Access) => `${method} ${path}`;

type Answer = Pick<Use, 'status' | 'code'>;
const UNAUTHORIZED: Answer = { status: 401, code: 'unauthorized' };
const FORBIDDEN: Answer = { status: 403, code: 'role-missing' };
const UNKNOWN: Answer = { status: 404, code: 'election-unknown' };

/** What the table asks for. */
function expectedOf(route: Access, caller: Caller): Answer {
  const { on, status = 0, code } = uses[nameOf(route)] ?? {};
  const good: Answer = { status, ...(code === undefined ? {} : { code }) };
  if (route.allowed === 'everybody') return good;
  if (caller.name === 'a bad token') return UNAUTHORIZED;
  const isOwn = caller.organisation === 'acme';
  if (typeof route.allowed === 'string')
    return on !== 'draft' || (isOwn && caller.role !== 'none') ? good : UNKNOWN;
  if (!isSignedIn(caller)) return UNAUTHORIZED;
  if (!route.allowed.some(role => role === caller.role)) return FORBIDDEN;
  return isOwn || on === undefined ? good : UNKNOWN;
}

async function makeElection(on: Use['on']): Promise<string> {
  const id = freshId();
  if (on === undefined) return id;
  const made = { ...draft(id), ...(on === 'roll' ? { eligibility: 'roll' } : {}) };
  expect((await ask('acme-manager', 'POST', '/v1/elections', made)).status).toBe(201);
  if (on === 'open') expect((await ask('acme-manager', 'POST', `/v1/elections/${id}/open`)).status).toBe(200);
  if (on === 'roll')
    expect((await ask('acme-manager', 'PUT', `/v1/elections/${id}/roll`, ROLL)).status).toBe(200);
  return id;
}

const recordOf = async (id: string) => (await ask('acme-manager', 'GET', `/v1/elections/${id}/actions`)).text;
/** What the registrar itself records of an election that has opened must not come in between. */
async function settledRecordOf(id: string, on: Use['on']): Promise<string> {
  for (;;) {
    const record = await recordOf(id);
    if (on !== 'open' || record.includes('"opened"')) return record;
  }
}

describe.each(access.map(route => [nameOf(route), route] as const))('%s', (name, route) => {
  test.each(callers.map(caller => ({ caller: caller.name, ...expectedOf(route, caller) })))(
    'asked by $caller is answered $status',
    async ({ caller, status, code }) => {
      const { on, body } = uses[name] ?? {};
      const id = await makeElection(on);
      const before = on && (await settledRecordOf(id, on));
      const answer = await ask(caller, route.method, route.path.replace(':electionId', id), body?.(id));
      // A good answer may be no JSON, and `code` in it something else.
      const refused = answer.status >= 400 ? String(JSON.parse(answer.text).code) : undefined;
      expect({ status: answer.status, code: refused }).toEqual({ status, code });
      if (before !== undefined && status >= 400) expect(await recordOf(id)).toBe(before);
    },
  );
});

test('drafts are listed to their own organisation only, and what is published to everybody', async () => {
  const [drafted, opened] = [await makeElection('draft'), await makeElection('open')];
  for (const { name, organisation, role } of callers.filter(caller => caller.name !== 'a bad token')) {
    const { text } = await ask(name, 'GET', '/v1/elections');
    expect([name, text.includes(`"${drafted}"`)]).toEqual([name, organisation === 'acme' && role !== 'none']);
    expect(text.includes(`"${opened}"`)).toBe(true);
  }
});

test('another organisation can not take the id of a draft, nor of one that was deleted', async () => {
  const id = await makeElection('draft');
  const take = () => ask('bolt-manager', 'POST', '/v1/elections', draft(id));
  expect(await take()).toMatchObject({ status: 409 });
  expect((await ask('acme-manager', 'DELETE', `/v1/elections/${id}`)).status).toBe(204);
  expect(await take()).toMatchObject({ status: 409 });
  expect((await ask('bolt-auditor', 'GET', `/v1/elections/${id}/actions`)).status).toBe(404);
  expect((await ask('acme-manager', 'POST', '/v1/elections', draft(id))).status).toBe(201);
});

test('every route that is served is in the table and the other way round, and each is asked here', async () => {
  const { text } = await ask('nobody', 'GET', '/docs/json');
  const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, unknown>> };
  const served = Object.entries(paths)
    .filter(([path]) => path.startsWith('/v1/'))
    .flatMap(([path, methods]) =>
      Object.keys(methods).map(method => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    );
  expect(served.toSorted()).toEqual(access.map(nameOf).toSorted());
  expect(Object.keys(uses).toSorted()).toEqual(access.map(nameOf).toSorted());
});
