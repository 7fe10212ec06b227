import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { ElectionDefinition } from '@suffrage/contracts/election';
import { startHttpDouble } from '@suffrage/test/http-double';
import { blinded, type RegistrarApi, registrarApi } from '@suffrage/test/registrar-api';
import { openTestbed, type RegistrarOptions, type Testbed } from '@suffrage/test/testbed';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';

const AUDIENCE = 'suffrage-page';
const captcha = { silent: false, broken: false, asked: [] as URLSearchParams[] };
jest.setTimeout(60_000);

let bed: Testbed;
let settings: NonNullable<RegistrarOptions['settings']>;
let registrar: Awaited<ReturnType<Testbed['registrar']>>;
let api: RegistrarApi;
let issuer: string;
let providersKey: CryptoKey;

beforeAll(async () => {
  bed = await openTestbed({ partitions: 1 });
  issuer = await startProvider(bed);
  const siteverify = await startHttpDouble(({ body }) => {
    captcha.asked.push(new URLSearchParams(body));
    if (captcha.silent) return undefined;
    if (captcha.broken) return { status: 500, body: {} };
    return { body: { success: captcha.asked.at(-1)?.get('response') === 'solved', 'error-codes': [] } };
  }, bed.lifecycle);
  settings = {
    SUFFRAGE_VOTER_OIDC_ISSUER: issuer,
    SUFFRAGE_VOTER_OIDC_AUDIENCE: AUDIENCE,
    SUFFRAGE_CAPTCHA_URL: `${siteverify}/turnstile/v0/siteverify`,
    SUFFRAGE_CAPTCHA_SECRET_FILE: 'captcha-secret',
    SUFFRAGE_CODE_KEY_FILE: randomBytes(32).toString('base64'),
    SUFFRAGE_LIMITS_REDIS_URL_FILE: bed.redisUrl,
    SUFFRAGE_LIMIT_PER_CREDENTIAL: 5,
  };
  registrar = await bed.registrar({ settings });
  api = registrarApi(registrar.url);
}, 60_000);

afterAll(() => bed.close(), 60_000);

/** Publishes keys as a provider does (OpenID Connect Discovery); signing is jose's own. */
async function startProvider({ lifecycle }: Testbed): Promise<string> {
  const pair = await generateKeyPair('ES256', { extractable: true });
  providersKey = pair.privateKey;
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'ES256', use: 'sig' };
  let origin = '';
  origin = await startHttpDouble(
    ({ request }) =>
      request.url === '/keys'
        ? { body: { keys: [jwk] } }
        : { body: { issuer: origin, jwks_uri: `${origin}/keys` } },
    lifecycle,
  );
  return origin;
}

function idToken(claims: { sub?: string; aud?: string; iss?: string; minutes?: number }, key = providersKey) {
  const jwt = new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid: 'one' });
  if (claims.sub !== undefined) jwt.setSubject(claims.sub);
  return jwt
    .setIssuer(claims.iss ?? issuer)
    .setAudience(claims.aud ?? AUDIENCE)
    .setIssuedAt()
    .setExpirationTime(new Date(Date.now() + (claims.minutes ?? 5) * 60_000))
    .sign(key);
}

async function tokenFor(definition: ElectionDefinition, bearer: string) {
  const { blindedMessage } = blinded(definition);
  return api.ask(definition.id, { blindedMessage }, `Bearer ${bearer}`);
}

test('a voter who signs in gets a token when the roll has the subject', async () => {
  await api.create('staff', { voterProof: 'sign-in' });
  await api.putRoll('staff', 'voter,subject\nann,subject-a\nbob,\n');
  const definition = await api.open('staff');
  const ann = await idToken({ sub: 'subject-a' });
  expect((await tokenFor(definition, ann)).status).toBe(200);
  expect((await tokenFor(definition, ann)).json).toMatchObject({ code: 'token-already-issued' });
  expect((await tokenFor(definition, await idToken({ sub: 'bob' }))).json).toMatchObject({
    code: 'voter-not-eligible',
  });
  const { blindedMessage } = blinded(definition);
  expect((await api.ask('staff', { blindedMessage, code: 'x' })).json).toMatchObject({
    field: 'code',
  });
});

test('an ID token of another provider, client, key or time is none', async () => {
  await api.create('strict', { voterProof: 'sign-in', eligibility: 'open' });
  const definition = await api.open('strict');
  const { privateKey } = await generateKeyPair('ES256');
  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"a"}').toString('base64url')}.`;
  const wrong = [
    await idToken({ sub: 'a', iss: 'http://elsewhere.test' }),
    await idToken({ sub: 'a', aud: 'another-client' }),
    await idToken({ sub: 'a', minutes: -5 }),
    await idToken({}),
    await idToken({ sub: 'a' }, privateKey),
    unsigned,
    'manager-token',
  ];
  for (const bearer of wrong) {
    const { status, json } = await tokenFor(definition, bearer);
    expect([status, json.code]).toEqual([401, 'sign-in-needed']);
  }
  expect((await tokenFor(definition, await idToken({ sub: 'a' }))).status).toBe(200);
  expect((await tokenFor(definition, await idToken({ sub: 'a' }))).json).toMatchObject({
    code: 'token-already-issued',
  });
});

test('in an open pseudonymous election whoever signs in has one reference, whatever the request says', async () => {
  await api.create('forum', {
    voterProof: 'sign-in',
    eligibility: 'open',
    mode: 'pseudonymous',
    revote: 'last',
  });
  await api.open('forum');
  const bearer = `Bearer ${await idToken({ sub: 'a' })}`;
  const voteId = () => Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url');
  const first = await api.ask('forum', { voteId: voteId() }, bearer);
  const second = await api.ask('forum', { voteId: voteId() }, bearer);
  expect([first.json.revision, second.json.revision]).toEqual([1, 2]);
  expect(second.json.voterReference).toBe(first.json.voterReference);
  expect((await api.ask('forum', { voteId: voteId(), voter: 'b' }, bearer)).json).toMatchObject({
    field: 'voter',
  });
});

test('a session gives one token of its election, and is opened with a solved captcha only', async () => {
  await api.create('poll', { voterProof: 'session', eligibility: 'open' });
  await api.create('other', { voterProof: 'session', eligibility: 'open' });
  const session = (id: string, response?: string) =>
    api.call('POST', `/${id}/sessions`, response === undefined ? {} : { captcha: response }, {});
  expect((await session('poll', 'solved')).json).toMatchObject({ code: 'election-unknown' });
  const definition = await api.open('poll');
  const other = await api.open('other');
  expect((await session('poll')).json).toMatchObject({ code: 'captcha-refused' });
  expect((await session('poll', 'bot')).json).toMatchObject({ code: 'captcha-refused' });
  const opened = await session('poll', 'solved');
  expect(opened.status).toBe(201);
  expect(Object.fromEntries(captcha.asked.at(-1) ?? [])).toEqual({
    secret: 'captcha-secret',
    response: 'solved',
  });
  const bearer = String(opened.json.session);
  expect((await tokenFor(other, bearer)).json).toMatchObject({ code: 'session-needed', status: 401 });
  const forged = `${bearer.startsWith('A') ? 'B' : 'A'}${bearer.slice(1)}`;
  expect((await tokenFor(definition, forged)).json).toMatchObject({ code: 'session-needed' });
  expect((await tokenFor(definition, bearer)).status).toBe(200);
  expect((await tokenFor(definition, bearer)).json).toMatchObject({ code: 'token-already-issued' });
  captcha.broken = true;
  expect((await session('poll', 'solved')).json).toMatchObject({ code: 'captcha-unavailable', status: 503 });
  captcha.broken = false;
  captcha.silent = true;
  expect((await session('poll', 'solved')).json).toMatchObject({ code: 'captcha-unavailable' });
  captcha.silent = false;
});

test('whoever asks too often is told how long to wait, and others are not concerned', async () => {
  const { definition, codes } = await api.openWithCodes('limited', ['ann', 'bob']);
  const { blindedMessage } = blinded(definition);
  const answers = [];
  for (let request = 0; request < 7; request += 1)
    answers.push(await api.ask('limited', { blindedMessage, code: codes.get('ann') }));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 429]);
  expect(answers[0]?.headers.get('ratelimit-policy')).toBe('"credential";q=5;w=60');
  expect(answers[0]?.headers.get('ratelimit')).toMatch(/^"credential";r=4;t=\d+$/);
  const over = answers[5];
  expect(over?.json).toMatchObject({ code: 'rate-limited' });
  expect(Number(over?.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(over?.headers.get('ratelimit')).toMatch(/^"credential";r=0;t=\d+$/);
  const bob = await api.ask('limited', {
    blindedMessage: blinded(definition).blindedMessage,
    code: codes.get('bob'),
  });
  expect(bob.status).toBe(200);
});

const asks = {
  'nothing is proved': async (id: string) => {
    await api.create(id, { eligibility: 'open' });
    const definition = await api.open(id);
    return (url: string) => registrarApi(url).ask(id, { blindedMessage: blinded(definition).blindedMessage });
  },
  'voters have codes': async (id: string) => {
    const { definition, codes } = await api.openWithCodes(id, ['a', 'b', 'c', 'd', 'e']);
    const unused = codes.values();
    return (url: string) => {
      const { blindedMessage } = blinded(definition);
      return registrarApi(url).ask(id, { blindedMessage, code: unused.next().value });
    };
  },
  'voters sign in': async (id: string) => {
    await api.create(id, { voterProof: 'sign-in', eligibility: 'open' });
    const definition = await api.open(id);
    let subjects = 0;
    return async (url: string) => {
      const { blindedMessage } = blinded(definition);
      const bearer = `Bearer ${await idToken({ sub: `subject-${++subjects}` })}`;
      return registrarApi(url).ask(id, { blindedMessage }, bearer);
    };
  },
} as const;

describe.each([
  ['address', { SUFFRAGE_LIMIT_PER_ADDRESS: 3 }, 429],
  ['election', { SUFFRAGE_LIMIT_PER_ELECTION: 3 }, 200],
] as const)('the limit of one %s', (policy, limit, elsewhere) => {
  test.each(Object.entries(asks))('holds for all voters together where %s', async (_, prepare) => {
    const { url } = await bed.registrar({ of: registrar, settings: { ...settings, ...limit } });
    const fresh = () => `limited-${randomBytes(4).toString('hex')}`;
    const [ask, askElsewhere] = [await prepare(fresh()), await prepare(fresh())];
    const answers = [];
    for (let request = 0; request < 4; request += 1) answers.push(await ask(url));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(answers[0]?.headers.get('ratelimit')).toMatch(/^"\w+";r=2;t=\d+$|^"credential";r=4;t=\d+$/);
    const over = answers[3];
    expect(over?.json).toMatchObject({ code: 'rate-limited' });
    expect(over?.headers.get('ratelimit-policy')).toBe(`"${policy}";q=3;w=60`);
    expect(Number(over?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await askElsewhere(url)).status).toBe(elsewhere);
  });
});
