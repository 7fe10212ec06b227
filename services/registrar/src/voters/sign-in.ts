import { type Refusal, refuse } from '@suffrage/contracts/errors';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { isSafe } from '../sign-in.ts';

/** The subject of a voter's ID token, once it has been verified. */
export type CheckSignIn = (
  authorization: string | undefined,
) => Promise<{ readonly ok: true; readonly subject: string } | Refusal>;

type Provider = {
  /** As the provider writes itself in tokens. */
  readonly issuer: string;
  /** The client id of the voters' pages. */
  readonly audience: string;
};

const PROVIDER_MILLIS = 3_000;
const CLOCKS_APART_SECONDS = 5;
/** None without a public key: whoever can check a shared secret can sign with it. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'EdDSA',
  'Ed25519',
];
const discovery = z.object({ issuer: z.string(), jwks_uri: z.url().refine(isSafe) });

/** Verifies ID tokens (OpenID Connect Core section 3.1.3.7) against the provider's published keys. */
export function createCheckSignIn(provider: Provider | undefined): CheckSignIn {
  let found: Promise<ReturnType<typeof createRemoteJWKSet>> | undefined;
  if (!provider)
    return async () => refuse('sign-in-needed', undefined, 'this installation has no sign-in for voters');
  const { issuer, audience } = provider;
  const keySet = () => {
    const looking = found ?? discoverKeys(issuer);
    found = looking;
    looking.catch(() => (found = undefined));
    return looking;
  };

  return async authorization => {
    const token = bearerOf(authorization);
    if (token === undefined) return refuse('sign-in-needed');
    try {
      const { payload } = await jwtVerify(token, await keySet(), {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        requiredClaims: ['exp', 'sub'],
        clockTolerance: CLOCKS_APART_SECONDS,
      });
      return payload.sub ? { ok: true, subject: payload.sub } : refuse('sign-in-needed');
    } catch (error) {
      if (isProvidersFault(error))
        return refuse('not-ready', undefined, 'the sign-in provider can not be reached');
      return refuse('sign-in-needed', undefined, 'the ID token is not valid');
    }
  };
}

export function bearerOf(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
}

async function discoverKeys(issuer: string): Promise<ReturnType<typeof createRemoteJWKSet>> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(PROVIDER_MILLIS), redirect: 'error' });
  if (!answer.ok) throw new Error(`the sign-in provider answered ${answer.status}`);
  const document = discovery.parse(await answer.json());
  if (document.issuer !== issuer) throw new Error('the sign-in provider names another issuer');
  return createRemoteJWKSet(new URL(document.jwks_uri), { timeoutDuration: PROVIDER_MILLIS });
}

/** Tokens are refused with errors of jose; what else goes wrong, and a provider that is silent, is not the voter's fault. */
function isProvidersFault(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return true;
  // `ERR_JOSE_GENERIC`: the provider's answer was not 200, or no key set.
  return error instanceof errors.JWKSTimeout || error.code === 'ERR_JOSE_GENERIC';
}
