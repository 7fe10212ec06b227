import { createElectionBook } from '@suffrage/contracts/election-book';
import { shardOfPartition } from '@suffrage/contracts/shards';
import { redisNames, topicNames } from '@suffrage/contracts/topics';
import { createTokenVerifier } from '@suffrage/contracts/verify-token.node';
import { createHealth } from '@suffrage/runtime/health';
import { serveMetrics } from '@suffrage/runtime/http/metrics-server';
import { kafkaAccess } from '@suffrage/runtime/kafka/access';
import { kafkaClient } from '@suffrage/runtime/kafka/client';
import { followTopic } from '@suffrage/runtime/kafka/follow-topic';
import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import { observePools, observeRedis } from '@suffrage/runtime/metrics';
import { databaseTls } from '@suffrage/runtime/postgres/access';
import { isReachable, openPool } from '@suffrage/runtime/postgres/pool';
import { connectRedis, redisAccess } from '@suffrage/runtime/redis';
import { startTelemetry } from '@suffrage/runtime/telemetry';
import { keepTrying, repeatEvery, shareNext } from '@suffrage/runtime/wait';
import type { ProcessorConfig } from './config.ts';
import { consumeVotes, type Owned } from './consume.ts';
import { createHints } from './hints.ts';
import { createProcessorMetrics, observeProcessor } from './metrics.ts';
import type { BatchContext } from './process-batch.ts';
import { createQuarantineRelay } from './relay-quarantine.ts';
import { requeueRefused } from './requeue.ts';
import { openVoteDatabase } from './vote-database.ts';
import { createVoteStore } from './vote-store.ts';

const STATEMENT_MILLIS = 30_000;
const RELAY_MILLIS = 5_000;
const REQUEUE_MILLIS = 30_000;
/** Older knowledge of elections than this is not enough to decide. */
const ELECTIONS_MAX_AGE_MILLIS = 10_000;

export type Processor = {
  readonly owned: Owned;
  /** Tries refused records again now. */
  readonly requeue: () => Promise<void>;
  readonly metricsPort: number;
};

/** Builds the whole of the processor, in order, and starts consuming. */
export async function startProcessor(
  config: ProcessorConfig,
  { log, clock = Date.now }: { log: Log; clock?: () => number },
  lifecycle: Lifecycle,
): Promise<Processor> {
  const { SUFFRAGE_INSTANCE: instance, SUFFRAGE_HOST: host } = config;
  lifecycle.onClose('telemetry', await startTelemetry('processor', instance));
  const metrics = createProcessorMetrics();
  const topics = topicNames(config.SUFFRAGE_NAMESPACE);
  const names = redisNames(config.SUFFRAGE_NAMESPACE);

  const max = config.SUFFRAGE_CONCURRENT_PARTITIONS + 2;
  const application = `suffrage-processor ${instance}`;
  const tls = databaseTls(config, log);
  const pools = config.SUFFRAGE_VOTES_DATABASES_FILE.map(url =>
    openPool({ url, tls, application, max, statementMillis: STATEMENT_MILLIS }, log, lifecycle),
  );
  const redis = connectRedis(
    'processor',
    redisAccess(config.SUFFRAGE_REDIS_URL_FILE, config, log),
    log,
    lifecycle,
  );
  observePools(metrics, { votes: pools });
  observeRedis(metrics, { hints: redis });
  const hints = createHints(redis, {
    prefix: names.hint,
    channel: names.progress,
    seconds: config.SUFFRAGE_HINT_SECONDS,
  });

  const book = createElectionBook();
  const access = kafkaAccess(config, log);
  const kafka = kafkaClient(access, `suffrage-${instance}`, log);
  const elections = followTopic(
    { access, topic: topics.elections, onRecord: book.apply, clock, log },
    lifecycle,
  );

  const health = createHealth('processor', instance, {
    postgres: {
      required: true,
      check: async () => (await Promise.all(pools.map(isReachable))).every(Boolean),
    },
    elections: {
      required: true,
      check: () => clock() - elections.completeAsOf() <= ELECTIONS_MAX_AGE_MILLIS,
    },
    redis: { required: false, check: () => redis.status === 'ready' },
  });
  lifecycle.onLeave(health.leave);
  const metricsPort = await serveMetrics(
    { host, port: config.SUFFRAGE_METRICS_PORT, health, metrics },
    lifecycle,
  );

  const shards = await readShards();
  const stores = pools.map(pool => createVoteStore(openVoteDatabase(pool), book.find));
  const shared = {
    find: book.find,
    readElectionsToEnd: elections.readToEnd,
    ensureElections: async () => {
      if (clock() - elections.completeAsOf() > ELECTIONS_MAX_AGE_MILLIS) await elections.readToEnd();
    },
    checkToken: createTokenVerifier(),
    hints,
    shards,
    metrics,
    clock,
    log,
  };
  const contextOf = (partition: number): BatchContext => {
    const store = stores[shardOfPartition(partition, shards) % stores.length];
    if (!store) throw new Error('there is no database for this shard');
    return { ...shared, store };
  };
  const owned = await consumeVotes(
    {
      kafka,
      topic: topics.votes,
      groupId: `${topics.votes}-processor`,
      concurrentPartitions: config.SUFFRAGE_CONCURRENT_PARTITIONS,
      contextOf,
      metrics,
      log,
    },
    lifecycle,
  );

  observeProcessor(metrics, { owned, electionsAsOf: elections.completeAsOf, clock });
  const relay = createQuarantineRelay(
    { kafka, votesTopic: topics.votes, topic: topics.quarantine, owned, log },
    lifecycle,
  );
  const relayAll = async () => {
    for (const pool of pools) await relay(pool).catch(error => log.warn({ err: error }, 'relay failed'));
  };
  const requeue = shareNext(async () => {
    metrics.requeueRounds.inc({ state: 'begun' });
    await requeueRefused({ topic: topics.votes, owned, contextOf, log });
    metrics.requeueRounds.inc({ state: 'done' });
  });
  lifecycle.onClose('relay', repeatEvery(RELAY_MILLIS, relayAll));
  lifecycle.onClose('requeue', repeatEvery(REQUEUE_MILLIS, requeue));
  return { owned, requeue, metricsPort };

  /** The topic's number of shards is told by topic `elections`, and by nothing else. */
  async function readShards(): Promise<number> {
    const topology = await keepTrying('topology', log, async () => {
      await elections.readToEnd();
      const found = book.topology();
      if (!found) throw new Error('topic elections has no topology record: prepare the log first');
      return found;
    });
    return topology.shards;
  }
}
