import { createElectionBook } from '@suffrage/contracts/election-book';
import { readResultsKey } from '@suffrage/contracts/sign-statement.node';
import type { ProgressNotice } from '@suffrage/contracts/progress-notice';
import { redisNames, topicNames } from '@suffrage/contracts/topics';
import { createHealth } from '@suffrage/runtime/health';
import { serveGrpc } from '@suffrage/runtime/grpc/server';
import { serveMetrics } from '@suffrage/runtime/http/metrics-server';
import { closeHttpServer, createHttpServer, listen } from '@suffrage/runtime/http/server';
import { kafkaAccess } from '@suffrage/runtime/kafka/access';
import { kafkaClient } from '@suffrage/runtime/kafka/client';
import { followTopic } from '@suffrage/runtime/kafka/follow-topic';
import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import { createMetrics, observePools, observeRedis } from '@suffrage/runtime/metrics';
import { databaseTls } from '@suffrage/runtime/postgres/access';
import { isReachable, openPool } from '@suffrage/runtime/postgres/pool';
import { startTelemetry } from '@suffrage/runtime/telemetry';
import { createPeerFetch, peerTls } from '@suffrage/runtime/tls/peers';
import { servedTls } from '@suffrage/runtime/tls/serve-tls';
import { connectRedis, redisAccess } from '@suffrage/runtime/redis';
import { closingOverdueMillis, startClosing } from './closing.ts';
import type { Config } from './config.ts';
import { createCourses } from './courses.ts';
import { createElections } from './elections.ts';
import { createResultsService, MAX_MESSAGE_BYTES, resultsServiceDefinition } from './grpc/results-service.ts';
import { createReadProcessors } from './flow/read-processors.ts';
import { watchFlow } from './flow/watch-flow.ts';
import { courseRoute } from './http/course.route.ts';
import { exportRoutes } from './http/export.route.ts';
import { flowRoute } from './http/flow.route.ts';
import { officialRoutes } from './http/official.route.ts';
import { resultsRoute } from './http/results.route.ts';
import { socketRoute } from './http/socket.route.ts';
import { streamRoute } from './http/stream.route.ts';
import { voteStatusRoute } from './http/vote-status.route.ts';
import { createAggregatorMetrics, observeLog, observeState } from './metrics.ts';
import { createNewestSnapshots } from './newest.ts';
import { createNotices } from './notices.ts';
import { startOfficialRounds } from './official/rounds.ts';
import { createStatementStore } from './official/statement-store.ts';
import { createPace } from './pace.ts';
import { createPublisher } from './publish.ts';
import { createReadLive } from './read-live.ts';
import { createReaderLock } from './reader-lock.ts';
import { listenToRelay } from './relay.ts';
import { createResults } from './results.ts';
import { startRounds } from './rounds.ts';
import { createSubscribers, UNREAD_MILLIS } from './subscribers.ts';
import { createVoteStatus } from './vote-status.ts';
import { watchLog } from './watch-log.ts';

const STATEMENT_MILLIS = 5_000;
/** Official counts go over every vote of an election. */
const OFFICIAL_STATEMENT_MILLIS = 30 * 60_000;
const OFFICIAL_ROUND_MILLIS = 1_000;
/** A round, a cold start, a closing and the flow of votes may read at the same time. */
const READING_CONNECTIONS = 4;
/** Per database, for vote status. */
const STATUS_CONNECTIONS = 8;
/** Kafka counts as away when topic `elections` was not read to its end for this long. */
const ELECTIONS_FRESH_MILLIS = 10_000;
/** Nothing here takes a body. */
const BODY_LIMIT_BYTES = 1_024;

export type Aggregator = {
  readonly httpPort: number;
  readonly grpcPort: number;
  readonly metricsPort: number;
  /** Whether this replica reads the tallies for all. */
  readonly isElected: () => boolean;
};

/** Builds the service and starts it; it is ready when PostgreSQL is. Tests start it by this function too. */
export async function startAggregator(
  config: Config,
  { log, clock = Date.now }: { log: Log; clock?: () => number },
  lifecycle: Lifecycle,
): Promise<Aggregator> {
  lifecycle.onClose('telemetry', await startTelemetry('aggregator', config.SUFFRAGE_INSTANCE));
  const base = createMetrics('aggregator', config.SUFFRAGE_TLS_CERTIFICATE_FILE);
  const metrics = createAggregatorMetrics(base);
  const topics = topicNames(config.SUFFRAGE_NAMESPACE);
  const names = redisNames(config.SUFFRAGE_NAMESPACE);
  const urls = config.SUFFRAGE_VOTES_DATABASES_FILE;

  const tls = databaseTls(config, log);
  const openPools = (application: string, max: number, statementMillis = STATEMENT_MILLIS) =>
    urls.map(url => openPool({ url, tls, application, max, statementMillis }, log, lifecycle));
  const pools = openPools('aggregator', READING_CONNECTIONS);
  const statusPools = openPools('aggregator-status', STATUS_CONNECTIONS);
  const replicas = (config.SUFFRAGE_VOTES_REPLICAS_FILE ?? []).map(url =>
    openPool(
      { url, tls, application: 'aggregator-live', max: 2, statementMillis: STATEMENT_MILLIS },
      log,
      lifecycle,
    ),
  );
  if (replicas.length > 0 && replicas.length !== pools.length)
    throw new Error('SUFFRAGE_VOTES_REPLICAS_FILE must have one replica for each votes database');
  const officialPools = openPools('aggregator-official', 1, OFFICIAL_STATEMENT_MILLIS);
  const redisServer = redisAccess(config.SUFFRAGE_REDIS_URL_FILE, config, log);
  const redis = connectRedis('aggregator', redisServer, log, lifecycle);
  const relayRedis = connectRedis('aggregator-relay', redisServer, log, lifecycle);
  const lock = createReaderLock(
    { url: urls[0] ?? '', tls, namespace: config.SUFFRAGE_NAMESPACE, log },
    lifecycle,
  );

  const access = kafkaAccess(config, log);
  const kafka = kafkaClient(access, `aggregator-${config.SUFFRAGE_INSTANCE}`, log);
  const book = createElectionBook();
  const officialPace = createPace(OFFICIAL_ROUND_MILLIS);
  const onRecord: typeof book.apply = record => {
    book.apply(record);
    officialPace.wake();
  };
  const follower = followTopic({ access, topic: topics.elections, onRecord, clock, log }, lifecycle);
  const elections = createElections(book);
  const electionsComplete = () => follower.completeAsOf() !== Number.NEGATIVE_INFINITY;

  const subscribers = createSubscribers(config.SUFFRAGE_SUBSCRIBER_LIMIT);
  const courses = createCourses({ redis, names, isElected: lock.isHeld, log }, lifecycle);
  const newest = createNewestSnapshots(published => {
    courses.note(published.snapshot);
    subscribers.tell(published);
  });
  const publisher = createPublisher({ redis, names, newest, published: metrics.published, log });
  const intervalMillis = config.SUFFRAGE_RESULT_REFRESH_INTERVAL;
  const pace = createPace(intervalMillis);
  const notices = createNotices();
  const onProgress = (notice: ProgressNotice) => {
    if (!lock.isHeld()) return;
    notices.add(notice);
    pace.wake();
  };
  const relay = listenToRelay({ redis: relayRedis, names, onSnapshot: newest.offer, onProgress, clock, log });
  const readLive = createReadLive({ primaries: pools, replicas, clock, log });
  const rounds = startRounds(
    {
      pace,
      intervalMillis,
      pools,
      readLive,
      elections,
      lock,
      relay,
      notices,
      newest,
      publisher,
      metrics,
      clock,
      log,
    },
    lifecycle,
  );
  startClosing({ kafka, topics, pools, elections, follower, isElected: lock.isHeld, log }, lifecycle);
  const statements = createStatementStore(firstOf(statusPools));
  const resultsKey =
    config.SUFFRAGE_RESULTS_KEY_FILE === undefined
      ? undefined
      : readResultsKey(config.SUFFRAGE_RESULTS_KEY_FILE);
  if (resultsKey) {
    const official = {
      pools: officialPools,
      topic: topics.votes,
      elections,
      book,
      statements,
      key: resultsKey,
      registrarUrl: config.SUFFRAGE_REGISTRAR_URL,
      fetchPeer: createPeerFetch(peerTls(config, log), lifecycle),
      isElected: lock.isHeld,
      pace: officialPace,
      clock,
      log,
    };
    startOfficialRounds(official, lifecycle);
  }
  const logWatch = watchLog({ kafka, topic: topics.votes, pools, clock, log }, lifecycle);
  const findFlow = watchFlow(
    {
      pools,
      logWatch,
      readProcessors: createReadProcessors({ kafka, topic: topics.votes }, lifecycle),
      ingestionMetrics: config.SUFFRAGE_INGESTION_METRICS_URLS ?? [],
      elections,
      electionsComplete,
      newest,
      redis,
      names,
      isElected: lock.isHeld,
      clock,
      log,
    },
    lifecycle,
  );
  const closingOverdue = () => closingOverdueMillis(elections.all(), clock());
  observeState(base, { newest, subscribers, isElected: lock.isHeld, closingOverdue, clock });
  observeLog(base, logWatch, clock);
  observePools(base, { reading: pools, live: replicas, official: officialPools, status: statusPools });
  observeRedis(base, { results: redis, relay: relayRedis });

  const health = createHealth('aggregator', config.SUFFRAGE_INSTANCE, {
    postgres: {
      required: true,
      check: async () => (await Promise.all(pools.map(isReachable))).every(Boolean),
    },
    redis: { required: false, check: () => redis.status === 'ready' && relay.isConnected() },
    kafka: { required: false, check: () => clock() - follower.completeAsOf() < ELECTIONS_FRESH_MILLIS },
  });
  lifecycle.onLeave(health.leave);
  const { stored } = publisher;
  const results = createResults({ newest, elections, electionsComplete, stored, refresh: rounds.refresh });
  const findStatus = createVoteStatus(statusPools, elections, electionsComplete, clock);

  const served = servedTls(config, log);
  const options = {
    title: 'Suffrage results',
    log,
    health,
    metrics: base,
    bodyLimit: BODY_LIMIT_BYTES,
    tls: served,
  };
  const server = await createHttpServer(options);
  resultsRoute(server, results);
  streamRoute(server, { results, subscribers, metrics });
  await socketRoute(server, { results, newest, subscribers, metrics });
  courseRoute(server, results, courses);
  flowRoute(server, findFlow);
  voteStatusRoute(server, { findStatus, key: resultsKey, clock });
  officialRoutes(server, statements);
  exportRoutes(server, { elections, statements });
  lifecycle.onClose('http server', () => closeHttpServer(server));
  const host = config.SUFFRAGE_HOST;
  const address = await listen(server, { host, port: config.SUFFRAGE_HTTP_PORT });
  const implementation = createResultsService({ results, subscribers, metrics, log });
  const grpcPort = await serveGrpc(
    {
      host,
      port: config.SUFFRAGE_GRPC_PORT,
      services: { 'suffrage.v1.ResultsService': { definition: resultsServiceDefinition, implementation } },
      maxMessageBytes: MAX_MESSAGE_BYTES,
      unreadMillis: UNREAD_MILLIS,
      reflection: config.SUFFRAGE_ENVIRONMENT === 'development',
      // They are among the subscribers, which end before this server.
      endStreams: () => undefined,
      tls: served,
      metrics: base,
      log,
    },
    lifecycle,
  );
  // Open streams would keep the servers from closing, so they end first.
  lifecycle.onClose('subscribers', subscribers.close);
  const metricsPort = await serveMetrics(
    { host, port: config.SUFFRAGE_METRICS_PORT, health, metrics: base },
    lifecycle,
  );
  return { httpPort: Number(new URL(address).port), grpcPort, metricsPort, isElected: lock.isHeld };
}

function firstOf<T>([first]: readonly T[]): T {
  if (first === undefined) throw new Error('there is no votes database');
  return first;
}
