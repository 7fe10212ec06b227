import { createElectionBook } from '@suffrage/contracts/election-book';
import { topicNames } from '@suffrage/contracts/topics';
import { createHealth } from '@suffrage/runtime/health';
import { serveMetrics } from '@suffrage/runtime/http/metrics-server';
import { closeHttpServer, createHttpServer } from '@suffrage/runtime/http/server';
import { kafkaClient } from '@suffrage/runtime/kafka/client';
import { followTopic } from '@suffrage/runtime/kafka/follow-topic';
import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import { createMetrics } from '@suffrage/runtime/metrics';
import { isReachable, openPool } from '@suffrage/runtime/postgres/pool';
import { startTelemetry } from '@suffrage/runtime/telemetry';
import { repeatEvery } from '@suffrage/runtime/wait';
import { type RegistrarConfig, readSignInSettings } from './config.ts';
import { createElections } from './elections.ts';
import { actionsRoutes } from './http/actions.route.ts';
import { createAuthorise } from './http/authorise.ts';
import { electionsRoutes } from './http/elections.route.ts';
import { guardRoutes } from './http/guard-routes.ts';
import { issuedRoute } from './http/issued.route.ts';
import { managersRoutes } from './http/managers.route.ts';
import { signInRoutes } from './http/sign-in.route.ts';
import { sealRoute } from './http/seal.route.ts';
import { tokensRoute } from './http/tokens.route.ts';
import { turnoutRoute } from './http/turnout.route.ts';
import { createIssueCounter } from './issue-counter.ts';
import { createIssueToken } from './issue-token.ts';
import { createStateIssued } from './state-issued.ts';
import { createKeyVault } from './key-vault.ts';
import { readManagers } from './managers.ts';
import { recordTransitions } from './record-transitions.ts';
import { relayOutbox } from './relay-outbox.ts';
import { createSignIn } from './sign-in.ts';
import { recordClosed } from './transition-store.ts';
import { createTellTurnout } from './turnout.ts';
import { relaySeals } from './relay-seals.ts';

/** A definition with 64 contests of 256 options and texts in several languages. */
const BODY_LIMIT_BYTES = 4 * 1024 * 1024;
const STATEMENT_MILLIS = 10_000;
const POOL_CONNECTIONS = 10;
const CLOSINGS_MILLIS = 1_000;
const ELECTIONS_MAX_AGE_MILLIS = 10_000;

/** Builds the whole of the registrar, in order, and serves it. Returns the port in use. */
export async function startRegistrar(
  config: RegistrarConfig,
  { log, clock = Date.now }: { log: Log; clock?: () => number },
  lifecycle: Lifecycle,
): Promise<{ readonly httpPort: number }> {
  const { SUFFRAGE_INSTANCE: instance, SUFFRAGE_HOST: host } = config;
  lifecycle.onClose('telemetry', await startTelemetry('registrar', instance));
  const metrics = createMetrics('registrar');
  const topics = topicNames(config.SUFFRAGE_NAMESPACE);
  const pool = openPool(
    {
      url: config.SUFFRAGE_REGISTRAR_DATABASE_FILE,
      application: `suffrage-registrar ${instance}`,
      max: POOL_CONNECTIONS,
      statementMillis: STATEMENT_MILLIS,
    },
    log,
    lifecycle,
  );

  const brokers = config.SUFFRAGE_KAFKA_BROKERS;
  const kafka = kafkaClient(brokers, `suffrage-${instance}`, log);
  const topic = topics.elections;
  const book = createElectionBook();
  const recorded = new Set<string>();
  const followed = followTopic({ brokers, topic, onRecord: book.apply, clock, log }, lifecycle);
  const wakeRelay = relayOutbox({ pool, kafka, topic, book, followed, clock, log }, lifecycle);
  relaySeals({ pool, kafka, topic, book, followed, log }, lifecycle);
  recordTransitions({ pool, clock, log }, lifecycle);
  lifecycle.onClose('closings', repeatEvery(CLOSINGS_MILLIS, recordClosings));

  const vault = createKeyVault(config.SUFFRAGE_ELECTION_KEYS_SECRET_FILE);
  const elections = createElections({
    pool,
    vault,
    issuerName: config.SUFFRAGE_ISSUER_NAME,
    receiptPublicKeys: config.SUFFRAGE_RECEIPT_PUBLIC_KEYS_FILE,
    resultsPublicKeys: config.SUFFRAGE_RESULTS_PUBLIC_KEYS_FILE,
    clock,
    onChange: wakeRelay,
  });
  const issueToken = createIssueToken({ pool, vault, counter: createIssueCounter(pool), clock });

  const health = createHealth('registrar', instance, {
    postgres: { required: true, check: () => isReachable(pool) },
    kafka: { required: false, check: () => clock() - followed.completeAsOf() <= ELECTIONS_MAX_AGE_MILLIS },
  });
  await serveMetrics({ host, port: config.SUFFRAGE_METRICS_PORT, health, metrics }, lifecycle);
  const server = await createHttpServer({
    title: 'Suffrage registrar',
    log,
    health,
    metrics,
    bodyLimit: BODY_LIMIT_BYTES,
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
  const principals = guardRoutes(server, authorise);
  signInRoutes(server, principals, signIn?.offer);
  electionsRoutes(server, elections, principals);
  managersRoutes(server, elections, principals);
  actionsRoutes(server, { pool, elections }, principals);
  sealRoute(server, elections, principals);
  tokensRoute(server, issueToken);
  const stateIssued = createStateIssued({ pool, vault });
  issuedRoute(server, stateIssued);
  turnoutRoute(server, createTellTurnout({ pool, stateIssued, clock }), principals);
  const address = await server.listen({ host, port: config.SUFFRAGE_HTTP_PORT });
  lifecycle.onClose('http server', () => closeHttpServer(server));
  return { httpPort: Number(new URL(address).port) };

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
