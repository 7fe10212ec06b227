import * as oauth from 'oauth4webapi';
import * as z from 'zod/mini';
import '../api/zod-without-eval.ts';
import { addresses } from '../route.ts';
import type { Provider } from './offers.ts';

/** What comes of a sign-in. Tokens are nobody else's business: they are never logged or put into an address. */
export type SignedIn = {
  readonly by: Who;
  readonly accessToken: string;
  readonly idToken: string | undefined;
};
export type Who = z.infer<typeof whoSchema>;

const whoSchema = z.union([
  /** `returnTo`: where among managers' pages it was begun. */
  z.object({ who: z.literal('manager'), returnTo: z.string() }),
  z.object({ who: z.literal('voter'), electionId: z.string() }),
]);
const provider = z.object({
  issuer: z.string(),
  clientId: z.string(),
  scopes: z.string(),
  audience: z.optional(z.string()),
});
const begunSchema = z.object({
  by: whoSchema,
  provider,
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
  const chosen = asProvider(begun.provider);
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
  };
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

function asProvider({ audience, ...rest }: z.infer<typeof provider>): Provider {
  return audience === undefined ? rest : { ...rest, audience };
}
