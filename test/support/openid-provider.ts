import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errors, Provider } from 'oidc-provider';
import * as openid from 'openid-client';

/** What the provider's access tokens say of an account. */
export type Account = { readonly organisation?: unknown; readonly roles?: unknown };

export type OpenIdProvider = {
  readonly issuer: string;
  readonly clientId: string;
  readonly audience: string;
  /** The client of voters' pages: what their ID tokens are for. */
  readonly votersClientId: string;
  /** Authorization code with PKCE, as the page does it, for the account of that subject. Gives the access token. */
  signIn(subject: string): Promise<string>;
  close(): Promise<void>;
};

type Options = {
  readonly accounts: Readonly<Record<string, Account>>;
  /** Of access tokens. */
  readonly algorithm?: 'RS256' | 'ES256' | 'EdDSA';
  /** Pages that browsers come back to. */
  readonly pages?: readonly string[];
  /** How long access tokens last. */
  readonly tokenSeconds?: number;
};

const CLIENT_ID = 'suffrage-page';
const VOTERS_CLIENT_ID = 'suffrage-voters';
const AUDIENCE = 'https://suffrage.test/registrar';
const SCOPE = 'elections';
const REDIRECT_URI = 'http://127.0.0.1:9/signed-in';
const TOKEN_SECONDS = 300;
const GRANT_SECONDS = 3_600;

/**
 * A real OpenID provider on a free port, whose users sign in by a hint or by choosing who they are, instead of a password.
 */
export async function startOpenIdProvider({
  accounts,
  algorithm = 'ES256',
  pages = [],
  tokenSeconds = TOKEN_SECONDS,
}: Options): Promise<OpenIdProvider> {
  const server = createServer();
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${portOf(server.address())}`;
  const provider = new Provider(issuer, {
    clients: [CLIENT_ID, VOTERS_CLIENT_ID].map(client_id => ({
      client_id,
      redirect_uris: [REDIRECT_URI, ...pages],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      grant_types: ['authorization_code', 'refresh_token'],
    })),
    clientBasedCORS: () => true,
    jwks: { keys: signingKeys() },
    cookies: { keys: ['only for tests'] },
    findAccount: (_context, subject) => ({ accountId: subject, claims: () => ({ sub: subject }) }),
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    extraTokenClaims: (_context, token) => ({
      ...('accountId' in token ? accounts[token.accountId] : undefined),
    }),
    ttl: {
      AccessToken: tokenSeconds,
      RefreshToken: GRANT_SECONDS,
      Grant: GRANT_SECONDS,
      IdToken: TOKEN_SECONDS,
      Session: TOKEN_SECONDS,
      Interaction: TOKEN_SECONDS,
    },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_context, resource) => {
          if (resource !== AUDIENCE) throw new errors.InvalidTarget();
          const sign = { alg: algorithm };
          return { scope: SCOPE, audience: AUDIENCE, accessTokenFormat: 'jwt', jwt: { sign } };
        },
      },
    },
  });
  const serve = provider.callback();
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/interaction/'))
      void letIn(provider, Object.keys(accounts), request, response);
    else void serve(request, response);
  });
  return {
    issuer,
    clientId: CLIENT_ID,
    votersClientId: VOTERS_CLIENT_ID,
    audience: AUDIENCE,
    signIn: subject => codeFlow(issuer, subject),
    close: async () => {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

function portOf(address: string | AddressInfo | null): number {
  if (typeof address !== 'object' || address === null) throw new Error('the server does not listen');
  return address.port;
}

function signingKeys() {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const edwards = generateKeyPairSync('ed25519').privateKey;
  return [rsa, elliptic, edwards].map(key => ({ ...key.export({ format: 'jwk' }), use: 'sig' }));
}

type Handler = Parameters<ReturnType<Provider['callback']>>;

/** What a person does at the provider: signs in, and agrees that the page may act for them. */
async function letIn(
  provider: Provider,
  subjects: readonly string[],
  request: Handler[0],
  response: Handler[1],
): Promise<void> {
  const { params } = await provider.interactionDetails(request, response);
  const chosen = new URL(request.url ?? '', 'http://localhost').searchParams.get('as');
  const accountId = chosen ?? params.login_hint;
  if (typeof accountId !== 'string') {
    const links = subjects.map(subject => `<li><a href="?as=${subject}">${subject}</a></li>`);
    response.setHeader('content-type', 'text/html');
    response.end(`<h1>Who are you?</h1><ul>${links.join('')}</ul>`);
    return;
  }
  const grant = new provider.Grant({ accountId, clientId: String(params.client_id) });
  grant.addOIDCScope('openid offline_access');
  grant.addResourceScope(AUDIENCE, SCOPE);
  const grantId = await grant.save();
  await provider.interactionFinished(request, response, { login: { accountId }, consent: { grantId } });
}

async function codeFlow(issuer: string, subject: string): Promise<string> {
  const client = await openid.discovery(new URL(issuer), CLIENT_ID, undefined, openid.None(), {
    execute: [openid.allowInsecureRequests],
  });
  const pkceCodeVerifier = openid.randomPKCECodeVerifier();
  const expectedState = openid.randomState();
  const start = openid.buildAuthorizationUrl(client, {
    redirect_uri: REDIRECT_URI,
    scope: `openid ${SCOPE}`,
    resource: AUDIENCE,
    login_hint: subject,
    state: expectedState,
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  });
  const back = await followRedirects(start);
  const tokens = await openid.authorizationCodeGrant(client, back, { pkceCodeVerifier, expectedState });
  return tokens.access_token;
}

const MAX_REDIRECTS = 10;

/** As a browser does, with its cookies, up to the page's own address. */
async function followRedirects(start: URL): Promise<URL> {
  const cookies = new Map<string, string>();
  let address = start;
  for (let hops = 0; hops < MAX_REDIRECTS; hops += 1) {
    if (address.href.startsWith(REDIRECT_URI)) return address;
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(address, { redirect: 'manual', headers: { cookie } });
    const location = response.headers.get('location');
    if (location === null) throw new Error(`${address.href}: ${response.status} ${await response.text()}`);
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    address = new URL(location, address);
  }
  throw new Error('the provider redirects without end');
}
