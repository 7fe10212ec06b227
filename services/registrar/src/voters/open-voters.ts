import { connectRedis, redisAccess } from '@suffrage/runtime/redis';
import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import type { Metrics } from '@suffrage/runtime/metrics';
import { openPool, type Pool } from '@suffrage/runtime/postgres/pool';
import type { ClientTls } from '@suffrage/runtime/tls/follow-files';
import type { RegistrarConfig } from '../config.ts';
import { findElection } from '../election-store.ts';
import type { ElectionKeys } from '../keys/election-keys.ts';
import { createBlindSigner } from './blind-signer.ts';
import { createCheckCaptcha } from './captcha.ts';
import { createCodeHash } from './code-hash.ts';
import { createGiveCodes } from './give-codes.ts';
import { createGrantInBatches } from './grant-in-batches.ts';
import { createImportRoll } from './import-roll.ts';
import { createIssueCounter } from './issue-counter.ts';
import { createIssueToken } from './issue-token.ts';
import { createMinuteCounts } from './minute-counts.ts';
import { createProveVoter } from './prove-voter.ts';
import { createRateLimits } from './rate-limits.ts';
import { recentElections } from './recent-elections.ts';
import { keepTokensInRollOrder } from './rewrite-tokens.ts';
import { countRoll } from './roll-store.ts';
import { createSessions } from './sessions.ts';
import { createCheckSignIn } from './sign-in.ts';

/** A roll of five million voters takes minutes to be written. */
const BULK_STATEMENT_MILLIS = 30 * 60_000;
const BULK_CONNECTIONS = 3;

type Base = {
  readonly pool: Pool;
  readonly tls: ClientTls | undefined;
  readonly keys: ElectionKeys;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly clock: () => number;
};

/** Builds, in order, what serves voters and their rolls. */
export function openVoters(config: RegistrarConfig, base: Base, lifecycle: Lifecycle) {
  const { pool, tls, keys, metrics, log, clock } = base;
  const openBulkPool = (name: string, max: number) =>
    openPool(
      {
        url: config.SUFFRAGE_REGISTRAR_DATABASE_FILE,
        tls,
        application: `suffrage-registrar ${config.SUFFRAGE_INSTANCE} ${name}`,
        max,
        statementMillis: BULK_STATEMENT_MILLIS,
      },
      log,
      lifecycle,
    );
  const bulkPool = openBulkPool('bulk', BULK_CONNECTIONS);
  const redisUrl = config.SUFFRAGE_LIMITS_REDIS_URL_FILE;
  const redis =
    redisUrl === undefined
      ? undefined
      : connectRedis('limits', redisAccess(redisUrl, config, log), log, lifecycle);
  const counts = createMinuteCounts(metrics.registry, log, lifecycle);
  const limits = createRateLimits({
    redis,
    quotas: {
      address: config.SUFFRAGE_LIMIT_PER_ADDRESS,
      credential: config.SUFFRAGE_LIMIT_PER_CREDENTIAL,
      election: config.SUFFRAGE_LIMIT_PER_ELECTION,
      sessions: config.SUFFRAGE_LIMIT_SESSIONS_PER_ADDRESS,
      manager: config.SUFFRAGE_LIMIT_PER_MANAGER,
      managers: config.SUFFRAGE_LIMIT_MANAGERS_PER_ADDRESS,
    },
    onUnlimited: counts.unlimited,
    clock,
  });
  const codeHash = createCodeHash(config.SUFFRAGE_CODE_KEY_FILE);
  const { SUFFRAGE_VOTER_OIDC_ISSUER: issuer, SUFFRAGE_VOTER_OIDC_AUDIENCE: audience } = config;
  const checkSignIn = createCheckSignIn(issuer && audience ? { issuer, audience } : undefined);
  const { SUFFRAGE_CAPTCHA_URL: url, SUFFRAGE_CAPTCHA_SECRET_FILE: secret } = config;
  const checkCaptcha = createCheckCaptcha(url && secret ? { url, secret } : undefined);
  const issueToken = createIssueToken({
    pool,
    findElection: recentElections(pool, clock),
    keys,
    counter: createIssueCounter(pool),
    grant: createGrantInBatches(pool),
    signer: createBlindSigner(config.SUFFRAGE_SIGNING_THREADS, lifecycle),
    prove: createProveVoter({ pool, codeHash, checkSignIn, clock }),
    limits,
    maxRevision: config.SUFFRAGE_REVISIONS_PER_VOTER,
    clock,
  });
  // A connection of its own: secrecy must not wait for managers whose uploads and downloads are slow.
  keepTokensInRollOrder(openBulkPool('order', 1), log, lifecycle);
  return {
    bulkPool,
    limits,
    counts,
    issueToken,
    importRoll: createImportRoll({ bulkPool, keys, maxVoters: config.SUFFRAGE_ROLL_VOTERS, clock }),
    countVoters: async (electionId: string) =>
      (await findElection(pool, electionId))?.definition.eligibility === 'roll'
        ? countRoll(pool, electionId)
        : undefined,
    giveCodes: createGiveCodes({ pool, bulkPool, codeHash, clock }),
    sessions: createSessions({ pool, keys, checkCaptcha, millis: config.SUFFRAGE_SESSION_DURATION, clock }),
  };
}
