import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';

/** What the page needs for the authorization code flow with PKCE. All of it is public. */
export type SignInOffer = {
  readonly issuer: string;
  readonly clientId: string;
  readonly scopes: string;
  /** The `resource` or `audience` to ask for, so that the access token is one for this service. */
  readonly audience: string;
};

/** Where voters sign in: `clientId` is the audience of their ID tokens. */
export type VotersOffer = Pick<SignInOffer, 'issuer' | 'clientId'>;

export type VerifiedToken =
  | { readonly kind: 'valid'; readonly claims: JWTPayload }
  | { readonly kind: 'invalid' }
  /** The provider can not be reached, and its keys are not known. */
  | { readonly kind: 'unavailable'; readonly cause: unknown };

export type SignIn = {
  readonly offer: SignInOffer;
  verify(token: string): Promise<VerifiedToken>;
};

export type SignInSettings = SignInOffer & {
  /** Otherwise it is asked for at the issuer (OpenID Connect Discovery 1.0). */
  readonly jwksUrl?: string | undefined;
  readonly clockToleranceMillis: number;
};

/** Signatures only: with a shared secret, or none, whoever knows the public key could sign. RFC 9864 renames EdDSA. */
const ALGORITHMS = ['RS256', 'ES256', 'EdDSA', 'Ed25519'];
const REQUEST_MILLIS = 5_000;
/** A token that names an unknown key makes the provider's keys be fetched again, but no more often than so. */
const COOLDOWN_MILLIS = 30_000;
const KEYS_MAX_AGE_MILLIS = 600_000;

const discovery = z.looseObject({ issuer: z.string(), jwks_uri: z.url().refine(isSafe) });
type Keys = ReturnType<typeof createRemoteJWKSet>;

/**
 * Verifies access tokens of one provider: signature by a key that it publishes, issuer, audience and times. Nothing is
 * fetched before the first token, so the registrar starts without its provider.
 */
export function createSignIn({ jwksUrl, clockToleranceMillis, ...offer }: SignInSettings): SignIn {
  let keys: Promise<Keys> | undefined;
  const findKeys = (): Promise<Keys> => {
    keys ??= loadKeys(offer.issuer, jwksUrl).catch((error: unknown) => {
      keys = undefined;
      throw error;
    });
    return keys;
  };
  return {
    offer,
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, await findKeys(), {
          algorithms: ALGORITHMS,
          issuer: offer.issuer,
          audience: offer.audience,
          clockTolerance: clockToleranceMillis / 1000,
          requiredClaims: ['sub', 'exp'],
        });
        return { kind: 'valid', claims: payload };
      } catch (error) {
        return isTokensFault(error) ? { kind: 'invalid' } : { kind: 'unavailable', cause: error };
      }
    },
  };
}

async function loadKeys(issuer: string, jwksUrl: string | undefined): Promise<Keys> {
  return createRemoteJWKSet(new URL(jwksUrl ?? (await discoverKeys(issuer))), {
    timeoutDuration: REQUEST_MILLIS,
    cooldownDuration: COOLDOWN_MILLIS,
    cacheMaxAge: KEYS_MAX_AGE_MILLIS,
  });
}

/** @throws Error when the provider does not answer, or speaks for another issuer. */
async function discoverKeys(issuer: string): Promise<string> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(REQUEST_MILLIS) });
  if (!response.ok) throw new Error(`the sign-in service answers ${response.status} at ${address}`);
  const found = discovery.parse(await response.json());
  if (found.issuer !== issuer) throw new Error(`${address} speaks for another issuer: ${found.issuer}`);
  return found.jwks_uri;
}

/** What is wrong with the token itself, as opposed to the way to the provider's keys. */
function isTokensFault(error: unknown): boolean {
  return [
    errors.JWTInvalid,
    errors.JWSInvalid,
    errors.JWTExpired,
    errors.JWTClaimValidationFailed,
    errors.JWSSignatureVerificationFailed,
    errors.JOSEAlgNotAllowed,
    errors.JOSENotSupported,
    errors.JWKSNoMatchingKey,
    errors.JWKSMultipleMatchingKeys,
  ].some(fault => error instanceof fault);
}

/** Keys that come over a line where others can write are nobody's. This machine is no such line. */
export function isSafe(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return (
    protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname))
  );
}
