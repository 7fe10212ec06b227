import { commonSettings, duration, port, ranges, secretFile } from '@suffrage/runtime/config';
import { kafkaSettings } from '@suffrage/runtime/kafka/access';
import { databaseTlsSettings, redisTlsSettings, servedTlsSettings } from '@suffrage/runtime/tls/settings';
import { z } from 'zod';
import { isSafe, type SignInSettings, type VotersOffer } from './sign-in.ts';

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
  /** With `offline_access`, where the provider asks for that, managers stay signed in beyond their first access token. */
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

const perMinute = z.coerce.number().int().min(1).max(100_000_000);

/** Settings of the registrar. */
export const settings = {
  ...commonSettings,
  ...servedTlsSettings,
  ...kafkaSettings,
  ...databaseTlsSettings,
  ...redisTlsSettings,
  SUFFRAGE_HTTP_PORT: port.default(8082),
  SUFFRAGE_METRICS_PORT: port.default(9466),
  /** postgresql:// URL of the registrar's own database. */
  SUFFRAGE_REGISTRAR_DATABASE_FILE: secretFile,
  /** One manager a line: `name token`. */
  SUFFRAGE_MANAGER_TOKENS_FILE: secretFile,
  /** 32 bytes as base64: encrypts the keys of elections. Needed without a KMS key; with one it only reads what it has encrypted. */
  SUFFRAGE_ELECTION_KEYS_SECRET_FILE: secretFile.optional(),
  /** A symmetric key of AWS KMS (id, ARN or alias) that encrypts the keys of elections instead. */
  SUFFRAGE_KMS_KEY_ID: z.string().min(1).optional(),
  /** Instead of AWS's own, such as a VPC endpoint. */
  SUFFRAGE_KMS_ENDPOINT: z.url().optional(),
  /** 32 bytes as base64: keys the hashes of voters' codes. */
  SUFFRAGE_CODE_KEY_FILE: secretFile,
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
  /** Voters on one roll. */
  SUFFRAGE_ROLL_VOTERS: z.coerce.number().int().min(1).default(5_000_000),
  /** How many revisions a voter gets where voting again is allowed. The same for all elections, for the log's sake. */
  SUFFRAGE_REVISIONS_PER_VOTER: z.coerce.number().int().min(1).max(10_000).default(50),
  /** Threads that sign blindly; 0: one for each core. */
  SUFFRAGE_SIGNING_THREADS: z.coerce.number().int().min(0).max(256).default(0),
  /** How long a session in an open election gives the right to a token. */
  SUFFRAGE_SESSION_DURATION: duration.default(3_600_000),
  /** Days after the closing before what is kept of voters may be destroyed. */
  SUFFRAGE_RETENTION_DAYS: z.coerce.number().int().min(0).default(365),
  /** Voters' OpenID Connect provider, as it names itself in ID tokens, and the client id that these are for. */
  SUFFRAGE_VOTER_OIDC_ISSUER: httpsUrl.optional(),
  SUFFRAGE_VOTER_OIDC_AUDIENCE: z.string().min(1).optional(),
  /** `siteverify` of a captcha's provider (Turnstile and alike), asked before a session is opened, and its secret. */
  SUFFRAGE_CAPTCHA_URL: httpsUrl.optional(),
  SUFFRAGE_CAPTCHA_SECRET_FILE: secretFile.optional(),
  /** Addresses of proxies whose `X-Forwarded-For` is believed. */
  SUFFRAGE_TRUSTED_PROXIES: ranges.optional(),
  /** redis:// URL of a database and a user that the votes' services don't have. Without it each process counts for itself. */
  SUFFRAGE_LIMITS_REDIS_URL_FILE: secretFile.optional(),
  /** Requests for tokens in a minute: so many at once, and then evenly. */
  SUFFRAGE_LIMIT_PER_ADDRESS: perMinute.default(60),
  SUFFRAGE_LIMIT_PER_CREDENTIAL: perMinute.default(20),
  SUFFRAGE_LIMIT_PER_ELECTION: perMinute.default(600_000),
  /** New sessions of an address in a minute. */
  SUFFRAGE_LIMIT_SESSIONS_PER_ADDRESS: perMinute.default(10),
  /** Requests of one manager, auditor or observer in a minute. */
  SUFFRAGE_LIMIT_PER_MANAGER: perMinute.default(1_200),
  /** Requests with a manager's token, right or wrong, of an address in a minute. */
  SUFFRAGE_LIMIT_MANAGERS_PER_ADDRESS: perMinute.default(3_000),
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

/**
 * `undefined` where voters can not sign in.
 * @throws Error when only one of the settings is there.
 */
export function readVotersOffer(
  config: Pick<RegistrarConfig, 'SUFFRAGE_VOTER_OIDC_ISSUER' | 'SUFFRAGE_VOTER_OIDC_AUDIENCE'>,
): VotersOffer | undefined {
  const { SUFFRAGE_VOTER_OIDC_ISSUER: issuer, SUFFRAGE_VOTER_OIDC_AUDIENCE: clientId } = config;
  if (issuer === undefined) return undefined;
  if (clientId === undefined)
    throw new Error('SUFFRAGE_VOTER_OIDC_ISSUER needs SUFFRAGE_VOTER_OIDC_AUDIENCE');
  return { issuer, clientId };
}
