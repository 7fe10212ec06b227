import { commonSettings, duration, list, port, secretFile } from '@suffrage/runtime/config';
import { z } from 'zod';
import type { SignInSettings } from './sign-in.ts';

const httpsUrl = z.url().refine(isSafe, 'must be an https:// URL (http:// on this machine only)');
const claim = z.string().min(1).max(200);

/** Managers, auditors and observers sign in by OpenID Connect where an issuer is set; static tokens work as well. */
const signInSettings = {
  /** Exactly as the provider writes it in its tokens. */
  SUFFRAGE_OIDC_ISSUER: httpsUrl.optional(),
  /** What the provider writes into `aud` of access tokens for this service. Needed with an issuer. */
  SUFFRAGE_OIDC_AUDIENCE: z.string().min(1).optional(),
  /** The page's client at the provider: a public one, with PKCE. Needed with an issuer. */
  SUFFRAGE_OIDC_CLIENT_ID: z.string().min(1).optional(),
  SUFFRAGE_OIDC_SCOPES: z.string().min(1).default('openid'),
  /** Where the provider publishes its keys, if not where its discovery document says. */
  SUFFRAGE_OIDC_JWKS_URL: httpsUrl.optional(),
  /** The claim with the roles `manager`, `auditor`, `observer`: a name, or a path such as `realm_access.roles`. */
  SUFFRAGE_OIDC_ROLES_CLAIM: claim.default('roles'),
  /** The claim with the organisation: a name, or a path. */
  SUFFRAGE_OIDC_ORGANISATION_CLAIM: claim.default('organisation'),
  /** How far the provider's clock may be from ours. */
  SUFFRAGE_OIDC_CLOCK_TOLERANCE: duration.default(30_000),
};

/** Settings of the registrar. */
export const settings = {
  ...commonSettings,
  SUFFRAGE_HTTP_PORT: port.default(8082),
  SUFFRAGE_METRICS_PORT: port.default(9466),
  SUFFRAGE_KAFKA_BROKERS: list,
  /** postgresql:// URL of the registrar's own database. */
  SUFFRAGE_REGISTRAR_DATABASE_FILE: secretFile,
  /** One manager a line: `name token`. */
  SUFFRAGE_MANAGER_TOKENS_FILE: secretFile,
  /** 32 bytes as base64: encrypts the private keys of elections. */
  SUFFRAGE_ELECTION_KEYS_SECRET_FILE: secretFile,
  /** Ingestion's receipt keys, PEM, published with each election. */
  SUFFRAGE_RECEIPT_PUBLIC_KEYS_FILE: secretFile,
  /** The aggregator's results keys, PEM, published with each election. Without them nothing official is stated of it. */
  SUFFRAGE_RESULTS_PUBLIC_KEYS_FILE: secretFile.optional(),
  /** The issuer's host name in token challenges (RFC 9577: ASCII). */
  SUFFRAGE_ISSUER_NAME: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9.-]{0,253}[a-z0-9])?$/)
    .default('localhost'),
  ...signInSettings,
};
export type RegistrarConfig = z.output<z.ZodObject<typeof settings>>;

/**
 * `undefined` where nobody is to sign in.
 * @throws Error when only some of the settings are there.
 */
export function readSignInSettings(config: RegistrarConfig): SignInSettings | undefined {
  const { SUFFRAGE_OIDC_ISSUER: issuer, SUFFRAGE_OIDC_AUDIENCE: audience } = config;
  const clientId = config.SUFFRAGE_OIDC_CLIENT_ID;
  if (issuer === undefined) return undefined;
  if (audience === undefined || clientId === undefined)
    throw new Error('SUFFRAGE_OIDC_ISSUER needs SUFFRAGE_OIDC_AUDIENCE and SUFFRAGE_OIDC_CLIENT_ID');
  return {
    issuer,
    audience,
    clientId,
    scopes: config.SUFFRAGE_OIDC_SCOPES,
    jwksUrl: config.SUFFRAGE_OIDC_JWKS_URL,
    clockToleranceMillis: config.SUFFRAGE_OIDC_CLOCK_TOLERANCE,
  };
}

function isSafe(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return (
    protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname))
  );
}
