import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type OpenIdProvider, startOpenIdProvider } from '@suffrage/test/openid-provider';
import { exportJWK, SignJWT } from 'jose';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';

jest.setTimeout(30_000);

let bed: Testbed;
let provider: OpenIdProvider;
let registrar: Awaited<ReturnType<Testbed['registrar']>>;

const accounts = {
  ann: { organisation: 'acme', roles: ['manager', 'gardener'] },
  bob: { organisation: ['acme'], roles: 'auditor observer' },
  nobody: { roles: ['manager'] },
  several: { organisation: ['acme', 'bolt'], roles: ['manager'] },
};

beforeAll(async () => {
  bed = await openTestbed({ partitions: 1 });
  provider = await startOpenIdProvider({ accounts });
  bed.lifecycle.onClose('provider', () => provider.close());
  registrar = await bed.registrar({ settings: settingsFor(provider) });
}, 60_000);

afterAll(() => bed.close(), 60_000);

function settingsFor({
  issuer,
  audience,
  clientId,
}: Pick<OpenIdProvider, 'issuer' | 'audience' | 'clientId'>) {
  return {
    SUFFRAGE_OIDC_ISSUER: issuer,
    SUFFRAGE_OIDC_AUDIENCE: audience,
    SUFFRAGE_OIDC_CLIENT_ID: clientId,
    SUFFRAGE_OIDC_SCOPES: 'openid elections',
  };
}

async function whoAmI(token: string, url = registrar.url) {
  const response = await fetch(`${url}/v1/principal`, { headers: { authorization: `Bearer ${token}` } });
  const json = (await response.json()) as Record<string, unknown>;
  return { status: response.status, json };
}

test('whoever signs in by code and PKCE at a real provider is known by the access token', async () => {
  expect(await whoAmI(await provider.signIn('ann'))).toEqual({
    status: 200,
    json: { subject: 'sign-in:ann', organisation: 'acme', roles: ['manager'] },
  });
  expect((await whoAmI(await provider.signIn('bob'))).json).toEqual({
    subject: 'sign-in:bob',
    organisation: 'acme',
    roles: ['auditor', 'observer'],
  });
  expect((await whoAmI('manager-token')).json).toEqual({
    subject: 'token:alice',
    organisation: 'local',
    roles: ['manager'],
  });
});

test('whoever belongs to no organisation, or to several, is refused', async () => {
  for (const subject of ['nobody', 'several'])
    expect(await whoAmI(await provider.signIn(subject))).toMatchObject({
      status: 403,
      json: { code: 'role-missing' },
    });
});

test('the page is told where and how to sign in, and that nobody can where no provider is set', async () => {
  const offer = await (await fetch(`${registrar.url}/v1/sign-in`)).json();
  expect(offer).toEqual({
    openIdConnect: {
      issuer: provider.issuer,
      clientId: provider.clientId,
      scopes: 'openid elections',
      audience: provider.audience,
    },
    voters: null,
  });
  const { url } = await bed.registrar();
  expect(await (await fetch(`${url}/v1/sign-in`)).json()).toEqual({ openIdConnect: null, voters: null });
  expect(await whoAmI(await provider.signIn('ann'), url)).toMatchObject({ status: 401 });
});

test.each(['RS256', 'EdDSA'] as const)(
  'tokens that a provider signs with %s are verified',
  async algorithm => {
    const other = await startOpenIdProvider({ accounts, algorithm });
    bed.lifecycle.onClose('provider', () => other.close());
    const { url } = await bed.registrar({ settings: settingsFor(other) });
    expect((await whoAmI(await other.signIn('ann'), url)).status).toBe(200);
    // Of another provider, with the same names in it.
    expect((await whoAmI(await provider.signIn('ann'), url)).status).toBe(401);
  },
);

type Forgery = {
  readonly expires?: string;
  readonly algorithm?: string;
  readonly key?: Parameters<SignJWT['sign']>[0];
};

/** A provider's published keys, with a key of ours, so that tokens can be made that no provider would make. */
async function forge() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'ours', alg: 'RS256' };
  let issuer = '';
  const requests = { keys: 0 };
  const server: Server = createServer((request, response) => {
    const isKeys = request.url === '/keys';
    if (isKeys) requests.keys += 1;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(isKeys ? { keys: [jwk] } : { issuer, jwks_uri: `${issuer}/keys` }));
  });
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  issuer = `http://127.0.0.1:${port}`;
  const close = () => {
    server.closeAllConnections();
    return new Promise(resolve => server.close(resolve));
  };
  bed.lifecycle.onClose('forger', close);
  const sign = (claims: object, { expires = '5m', algorithm = 'RS256', key = privateKey }: Forgery = {}) =>
    new SignJWT({ iss: issuer, aud: 'here', sub: 'ann', organisation: 'acme', roles: ['manager'], ...claims })
      .setProtectedHeader({ alg: algorithm, kid: 'ours' })
      .setExpirationTime(expires)
      .sign(key);
  return { issuer, sign, publicKey, requests, close };
}

test('a token that is forged, stale, of another issuer, for another audience or unsigned is refused', async () => {
  const forger = await forge();
  const settings = settingsFor({ issuer: forger.issuer, audience: 'here', clientId: 'page' });
  const { url } = await bed.registrar({ settings });
  const good = await forger.sign({});
  expect((await whoAmI(good, url)).status).toBe(200);
  expect((await whoAmI(await forger.sign({}, { expires: '-20s' }), url)).status).toBe(200);
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const publicAsSecret = Buffer.from(forger.publicKey.export({ format: 'pem', type: 'spki' }));
  const [head, body, signature] = good.split('.');
  const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`;
  const altered = Buffer.from(
    JSON.stringify({ ...JSON.parse(Buffer.from(body ?? '', 'base64url').toString()), sub: 'eve' }),
  ).toString('base64url');
  const bad = {
    stale: await forger.sign({}, { expires: '-40s' }),
    early: await forger.sign({ nbf: Math.floor(Date.now() / 1000) + 60 }),
    audience: await forger.sign({ aud: 'elsewhere' }),
    issuer: await forger.sign({ iss: 'https://elsewhere.example' }),
    stranger: await forger.sign({}, { key: stranger }),
    shared: await forger.sign({}, { algorithm: 'HS256', key: publicAsSecret }),
    nameless: await forger.sign({ sub: undefined }),
    other: await forger.sign({}, { algorithm: 'PS256' }),
    none,
    altered: `${head}.${altered}.${signature}`,
    short: 'a.b.c',
    word: 'manager-tokens',
    long: 'x'.repeat(5_000),
  };
  for (const [name, token] of Object.entries(bad))
    expect([name, await whoAmI(token, url)]).toMatchObject([
      name,
      { status: 401, json: { code: 'unauthorized' } },
    ]);
  // Keys are kept: neither so many good nor so many bad tokens have the provider asked each time.
  expect(forger.requests.keys).toBe(1);
});

test('roles and organisation are found under other names, also inside other members', async () => {
  const forger = await forge();
  const { url } = await bed.registrar({
    settings: {
      ...settingsFor({ issuer: forger.issuer, audience: 'here', clientId: 'page' }),
      SUFFRAGE_OIDC_ROLES_CLAIM: 'realm_access.roles',
      SUFFRAGE_OIDC_ORGANISATION_CLAIM: 'https://example.org/tenant',
    },
  });
  const claims = { realm_access: { roles: ['observer'] }, 'https://example.org/tenant': 'bolt' };
  expect((await whoAmI(await forger.sign(claims), url)).json).toMatchObject({
    organisation: 'bolt',
    roles: ['observer'],
  });
});

test('while the provider is away a token is neither good nor bad, and static tokens go on working', async () => {
  const forger = await forge();
  const token = await forger.sign({});
  const settings = settingsFor({ issuer: forger.issuer, audience: 'here', clientId: 'page' });
  const { url } = await bed.registrar({ settings });
  await forger.close();
  expect(await whoAmI(token, url)).toMatchObject({ status: 503, json: { code: 'sign-in-unavailable' } });
  expect((await whoAmI('manager-token', url)).status).toBe(200);
  expect((await fetch(`${url}/v1/elections`)).status).toBe(200);
});

test('an issuer without audience and client is refused at the start', async () => {
  await expect(bed.registrar({ settings: { SUFFRAGE_OIDC_ISSUER: provider.issuer } })).rejects.toThrow(
    'needs SUFFRAGE_OIDC_AUDIENCE and SUFFRAGE_OIDC_CLIENT_ID',
  );
});
