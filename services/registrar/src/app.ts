import { createElectionBook } from '@suffrage/contracts/election-book';
import { topicNames } from '@suffrage/contracts/topics';
import { createHealth } from '@suffrage/runtime/health';
import { serveMetrics } from '@suffrage/runtime/http/metrics-server';
import { closeHttpServer, createHttpServer, listen } from '@suffrage/runtime/http/server';
import { kafkaAccess } from '@suffrage/runtime/kafka/access';
import { kafkaClient } from '@suffrage/runtime/kafka/client';
import { followTopic } from '@suffrage/runtime/kafka/follow-topic';
import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import { databaseTls } from '@suffrage/runtime/postgres/access';
import { isReachable, openPool } from '@suffrage/runtime/postgres/pool';
import { startTelemetry } from '@suffrage/runtime/telemetry';
import { servedTls } from '@suffrage/runtime/tls/serve-tls';
import { repeatEvery } from '@suffrage/runtime/wait';
import { type RegistrarConfig, readSignInSettings, readVotersOffer } from './config.ts';
import { findOrganisation } from './election-store.ts';
import { createElections } from './elections.ts';
import { actionsRoutes } from './http/actions.route.ts';
import { createAuthorise } from './http/authorise.ts';
import { electionsRoutes } from './http/elections.route.ts';
import { guardRoutes } from './http/guard-routes.ts';
import { issuedRoute } from './http/issued.route.ts';
import { keysRoutes } from './http/keys.route.ts';
import { managersRoutes } from './http/managers.route.ts';
import { signInRoutes } from './http/sign-in.route.ts';
import { ROLL_MILLIS, rollRoutes } from './http/roll.route.ts';
import { sessionsRoute } from './http/sessions.route.ts';
import { tokensRoute } from './http/tokens.route.ts';
import { turnoutRoute } from './http/turnout.route.ts';
import { createElectionKeys } from './keys/election-keys.ts';
import { openVault } from './keys/open-vault.ts';
import { createRotateKeys } from './keys/rotate-keys.ts';
import { readManagers } from './managers.ts';
import { createRegistrarMetrics, observeRegistrar } from './metrics.ts';
import { recordTransitions } from './record-transitions.ts';
import { relayOutbox } from './relay-outbox.ts';
import { createSignIn } from './sign-in.ts';
import { recordClosed } from './transition-store.ts';
import { createTellTurnout } from './turnout.ts';
import { createStateIssued } from './state-issued.ts';
import { createEraseElection } from './voters/erase-election.ts';
import { openVoters } from './voters/open-voters.ts';

/** A definition with 64 contests of 256 options and texts in several languages. */
const BODY_LIMIT_BYTES = 4 * 1024 * 1024;
const STATEMENT_MILLIS = 10_000;
const POOL_CONNECTIONS = 10;
const CLOSINGS_MILLIS = 1_000;
const DAY_MILLIS = 86_400_000;
const ELECTIONS_MAX_AGE_MILLIS = 10_000;

/** Builds the whole of the registrar, in order, and serves it. Returns the ports in use. */
export async function startRegistrar(
  config: RegistrarConfig,
  { log, clock = Date.now }: { log: Log; clock?: () => number },
  lifecycle: Lifecycle,
): Promise<{ readonly httpPort: number; readonly metricsPort: number }> {
  const { SUFFRAGE_INSTANCE: instance, SUFFRAGE_HOST: host } = config;
  lifecycle.onClose('telemetry', await startTelemetry('registrar', instance));
  const metrics = createRegistrarMetrics(config.SUFFRAGE_TLS_CERTIFICATE_FILE);
  const topics = topicNames(config.SUFFRAGE_NAMESPACE);
  const tls = databaseTls(config, log);
  const pool = openPool(
    {
      url: config.SUFFRAGE_REGISTRAR_DATABASE_FILE,
      tls,
      application: `suffrage-registrar ${instance}`,
      max: POOL_CONNECTIONS,
      statementMillis: STATEMENT_MILLIS,
    },
    log,
    lifecycle,
  );

  const access = kafkaAccess(config, log);
  const kafka = kafkaClient(access, `suffrage-${instance}`, log);
  const topic = topics.elections;
  const book = createElectionBook();
  const recorded = new Set<string>();
  const followed = followTopic({ access, topic, onRecord: book.apply, clock, log }, lifecycle);
  const wakeRelay = relayOutbox({ pool, kafka, topic, book, followed, clock, log }, lifecycle);
  recordTransitions({ pool, clock, log }, lifecycle);
  lifecycle.onClose('closings', repeatEvery(CLOSINGS_MILLIS, recordClosings));

  const retentionMillis = config.SUFFRAGE_RETENTION_DAYS * DAY_MILLIS;
  observeRegistrar(metrics, { pool, electionsAsOf: followed.completeAsOf, retentionMillis, clock });

  const vault = openVault(config, lifecycle);
  const votersOffer = readVotersOffer(config);
  const elections = createElections({
    pool,
    vault,
    issuerName: config.SUFFRAGE_ISSUER_NAME,
    receiptPublicKeys: config.SUFFRAGE_RECEIPT_PUBLIC_KEYS_FILE,
    resultsPublicKeys: config.SUFFRAGE_RESULTS_PUBLIC_KEYS_FILE,
    votersSignIn: votersOffer !== undefined,
    clock,
    onChange: wakeRelay,
  });
  const keys = createElectionKeys({ pool, vault, clock });
  const voters = openVoters(config, { pool, tls, keys, metrics, log, clock }, lifecycle);
  const stateIssued = createStateIssued({ pool, keys });
  const eraseElection = createEraseElection({
    bulkPool: voters.bulkPool,
    stateIssued,
    keys,
    retentionMillis,
    clock,
  });

  const health = createHealth('registrar', instance, {
    postgres: { required: true, check: () => isReachable(pool) },
    kafka: { required: false, check: () => clock() - followed.completeAsOf() <= ELECTIONS_MAX_AGE_MILLIS },
  });
  lifecycle.onLeave(health.leave);
  const server = await createHttpServer({
    title: 'Suffrage registrar',
    log,
    health,
    metrics,
    bodyLimit: BODY_LIMIT_BYTES,
    streamMillis: ROLL_MILLIS,
    trustedProxies: config.SUFFRAGE_TRUSTED_PROXIES,
    tls: servedTls(config, log),
  });
  const signInSettings = readSignInSettings(config);
  const signIn = signInSettings && createSignIn(signInSettings);
  const authorise = createAuthorise({
    findManager: readManagers(config.SUFFRAGE_MANAGER_TOKENS_FILE),
    signIn,
    claims: {
      roles: config.SUFFRAGE_OIDC_ROLES_CLAIM,
      organisation: config.SUFFRAGE_OIDC_ORGANISATION_CLAIM,
    },
    log,
  });
  const principals = guardRoutes(server, authorise, id => findOrganisation(pool, id), voters.limits);
  signInRoutes(server, principals, { managers: signIn?.offer, voters: votersOffer });
  electionsRoutes(server, elections, principals);
  managersRoutes(server, elections, principals);
  actionsRoutes(server, { pool, elections }, principals);
  rollRoutes(server, voters, principals);
  sessionsRoute(server, voters.sessions, voters.limits);
  tokensRoute(server, voters.issueToken, voters.counts);
  issuedRoute(server, stateIssued);
  turnoutRoute(server, createTellTurnout({ pool, stateIssued, clock }), principals);
  keysRoutes(
    server,
    { rotateKeys: createRotateKeys({ pool, vault, keys, clock }), eraseElection },
    principals,
  );
  const address = await listen(server, { host, port: config.SUFFRAGE_HTTP_PORT });
  lifecycle.onClose('http server', () => closeHttpServer(server));
  // Last: it also says that the other is there.
  const metricsPort = await serveMetrics(
    { host, port: config.SUFFRAGE_METRICS_PORT, health, metrics },
    lifecycle,
  );
  return { httpPort: Number(new URL(address).port), metricsPort };

  /** What the aggregator has observed becomes the registrar's own record; safe to repeat. */
  async function recordClosings(): Promise<void> {
    for (const { definition } of book.elections()) {
      const closing = book.closing(definition.id);
      if (!closing || recorded.has(definition.id)) continue;
      await recordClosed(pool, definition.id, closing.closesAt, clock).then(
        changed => changed && recorded.add(definition.id),
        error => log.warn({ err: error }, 'a closing could not be recorded, trying again'),
      );
    }
  }
}
