import { createElectionBook } from '@suffrage/contracts/election-book';
import { createReceiptSigner } from '@suffrage/contracts/sign-receipts.node';
import { topicNames } from '@suffrage/contracts/topics';
import { createTokenVerifier } from '@suffrage/contracts/verify-token.node';
import { createHealth } from '@suffrage/runtime/health';
import { serveMetrics } from '@suffrage/runtime/http/metrics-server';
import { closeHttpServer, createHttpServer } from '@suffrage/runtime/http/server';
import { followTopic } from '@suffrage/runtime/kafka/follow-topic';
import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import { startTelemetry } from '@suffrage/runtime/telemetry';
import { createCastVote, ELECTIONS_MAX_AGE_MILLIS } from './cast-vote.ts';
import type { IngestionConfig } from './config.ts';
import { serveGrpc } from './grpc/server.ts';
import { createVoteService } from './grpc/vote-service.ts';
import { votesRoute } from './http/votes.route.ts';
import { watchLayout } from './log/layout.ts';
import { createProducerPool } from './log/producers.ts';
import { createIngestionMetrics } from './metrics.ts';
import { openVoteLog } from './vote-log.ts';

/** Builds the whole of ingestion, in order, and serves it. Returns the ports in use. */
export async function startIngestion(
  config: IngestionConfig,
  { log, clock = Date.now }: { log: Log; clock?: () => number },
  lifecycle: Lifecycle,
): Promise<{ readonly httpPort: number; readonly grpcPort: number }> {
  const { SUFFRAGE_INSTANCE: instance, SUFFRAGE_HOST: host, SUFFRAGE_KAFKA_BROKERS: brokers } = config;
  lifecycle.onClose('telemetry', await startTelemetry('ingestion', instance));
  const metrics = createIngestionMetrics();
  const topics = topicNames(config.SUFFRAGE_NAMESPACE);

  const book = createElectionBook();
  const elections = followTopic(
    { brokers, topic: topics.elections, onRecord: book.apply, clock, log },
    lifecycle,
  );

  const layout = watchLayout(brokers, topics.votes, clock, log, lifecycle);
  const voteLog = openVoteLog(
    {
      topic: topics.votes,
      shards: () => book.topology()?.shards,
      layout,
      openProducers: () => createProducerPool(brokers, 'suffrage-ingestion', log),
      signReceipts: createReceiptSigner(config.SUFFRAGE_RECEIPT_KEY_FILE, instance),
      metrics,
      clock,
    },
    lifecycle,
  );
  const castVote = createCastVote({
    book,
    electionsCompleteAsOf: elections.completeAsOf,
    checkToken: createTokenVerifier(),
    voteLog,
    metrics,
    clock,
    instance,
    maxInFlight: config.SUFFRAGE_IN_FLIGHT_VOTES,
  });

  const health = createHealth('ingestion', instance, {
    kafka: { required: true, check: layout.isReachable },
    elections: {
      required: true,
      check: () => clock() - elections.completeAsOf() <= ELECTIONS_MAX_AGE_MILLIS,
    },
  });
  await serveMetrics({ host, port: config.SUFFRAGE_METRICS_PORT, health, metrics }, lifecycle);
  const voteService = createVoteService({ castVote, metrics, log });
  const grpcPort = await serveGrpc({ host, port: config.SUFFRAGE_GRPC_PORT, voteService }, lifecycle);
  const server = await createHttpServer({
    title: 'Suffrage ingestion',
    log,
    health,
    metrics,
    bodyLimit: config.SUFFRAGE_BODY_LIMIT_BYTES,
  });
  votesRoute(server, castVote, metrics);
  const address = await server.listen({ host, port: config.SUFFRAGE_HTTP_PORT });
  lifecycle.onClose('http server', () => closeHttpServer(server));
  return { httpPort: Number(new URL(address).port), grpcPort };
}
