import * as oauth from 'oauth4webapi';
import * as z from 'zod/mini';
import '../api/zod-without-eval.ts';
import { addresses } from '../route.ts';
import { type Provider, providerSchema, type Renewal } from './renewal.ts';

/** What comes of a sign-in. Tokens are nobody else's business: they are never logged or put into an address. */
export type SignedIn = {
  readonly by: Who;
  readonly accessToken: string;
  readonly idToken: string | undefined;
  /** Where the provider lets the page ask for another access token. */
  readonly renewal: Renewal | undefined;
};
export type Who = z.infer<typeof whoSchema>;

const whoSchema = z.union([
  /** `returnTo`: where among managers' pages it was begun. */
  z.object({ who: z.literal('manager'), returnTo: z.string() }),
  z.object({ who: z.literal('voter'), electionId: z.string() }),
]);
const begunSchema = z.object({
  by: whoSchema,
  provider: providerSchema,
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
});

const BEGUN = 'suffrage:sign-in';
const TIMEOUT_MILLIS = 10_000;

/**
 * Leaves the page for the provider: authorization code with PKCE (RFC 7636), state and nonce, all of them kept in this tab
 * alone. @throws when the provider does not answer.
 */
export async function beginSignIn(by: Who, chosen: Provider): Promise<void> {
  const server = await discover(chosen);
  if (server.authorization_endpoint === undefined) throw new Error('the provider has no sign-in page');
  const begun = {
    by,
    provider: chosen,
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    verifier: oauth.generateRandomCodeVerifier(),
  };
  const address = new URL(server.authorization_endpoint);
  for (const [name, value] of Object.entries({
    client_id: chosen.clientId,
    redirect_uri: redirectUri(),
    response_type: 'code',
    scope: chosen.scopes,
    state: begun.state,
    nonce: begun.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(begun.verifier),
    code_challenge_method: 'S256',
    // OpenID Connect Core, 11: without it `offline_access` is to be ignored.
    ...(chosen.scopes.split(' ').includes('offline_access') ? { prompt: 'consent' } : {}),
    ...audienceOf(chosen),
  }))
    address.searchParams.set(name, value);
  sessionStorage.setItem(BEGUN, JSON.stringify(begun));
  window.location.assign(address);
}

/**
 * Exchanges the code that the provider has put into `address`. A sign-in that this tab has not begun is not taken.
 * @throws when the provider refuses, does not answer, or says what it should not.
 */
export async function finishSignIn(address: URL): Promise<SignedIn> {
  const kept = sessionStorage.getItem(BEGUN);
  sessionStorage.removeItem(BEGUN);
  const begun = begunSchema.parse(JSON.parse(kept ?? 'null'));
  const chosen = begun.provider;
  const server = await discover(chosen);
  const client = { client_id: chosen.clientId };
  const said = oauth.validateAuthResponse(server, client, address, begun.state);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    said,
    redirectUri(),
    begun.verifier,
    { ...requestOptions(chosen), additionalParameters: audienceOf(chosen) },
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: begun.nonce,
    requireIdToken: true,
  });
  return {
    by: begun.by,
    accessToken: tokens.access_token,
    idToken: tokens.id_token,
    renewal: renewalOf(chosen, tokens, undefined),
  };
}

/**
 * Another access token of the same sign-in. `refused`: the provider wants to see who it is again.
 * @throws when the provider does not answer, or says what it should not.
 */
export async function renewSignIn(
  renewal: Renewal,
): Promise<{ readonly accessToken: string; readonly renewal: Renewal } | 'refused'> {
  const { provider, refreshToken } = renewal;
  const server = await discover(provider);
  const client = { client_id: provider.clientId };
  const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), refreshToken, {
    ...requestOptions(provider),
    additionalParameters: audienceOf(provider),
  });
  try {
    const tokens = await oauth.processRefreshTokenResponse(server, client, response);
    const next = renewalOf(provider, tokens, refreshToken);
    return { accessToken: tokens.access_token, renewal: next ?? renewal };
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError && error.error === 'invalid_grant') return 'refused';
    throw error;
  }
}

/** RFC 7009. @throws when the provider does not answer. */
export async function revokeRenewal({ provider, refreshToken }: Renewal): Promise<void> {
  const server = await discover(provider);
  if (server.revocation_endpoint === undefined) return;
  const client = { client_id: provider.clientId };
  await oauth.revocationRequest(server, client, oauth.None(), refreshToken, requestOptions(provider));
}

/** Of a token's life: then a request that is under way when it ends was sent in time. */
const RENEW_AFTER = 0.75;
/** For providers that don't say how long it lasts. */
const LIFE_SECONDS = 300;

/** `before`: providers that don't give another refresh token leave the one that was used valid. */
function renewalOf(
  provider: Provider,
  tokens: oauth.TokenEndpointResponse,
  before: string | undefined,
): Renewal | undefined {
  const refreshToken = tokens.refresh_token ?? before;
  if (refreshToken === undefined) return undefined;
  const life = tokens.expires_in ?? LIFE_SECONDS;
  return { provider, refreshToken, renewAt: Date.now() + RENEW_AFTER * life * 1_000 };
}

async function discover(chosen: Provider): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(chosen.issuer);
  const response = await oauth.discoveryRequest(issuer, requestOptions(chosen));
  return oauth.processDiscoveryResponse(issuer, response);
}

/** Providers name the audience of access tokens in two ways: RFC 8707, and `audience`. */
function audienceOf({ audience }: Provider): Record<string, string> {
  if (audience === undefined) return {};
  return { audience, ...(URL.canParse(audience) ? { resource: audience } : {}) };
}

function requestOptions({ issuer }: Provider) {
  return {
    // Only where nobody can listen in between: the provider of a local installation.
    [oauth.allowInsecureRequests]: ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(issuer).hostname),
    signal: () => AbortSignal.timeout(TIMEOUT_MILLIS),
  };
}

const redirectUri = () => new URL(addresses.signedIn, window.location.origin).href;
