import { createElectionBook } from '@suffrage/contracts/election-book';
import { createReceiptIssuer } from '@suffrage/contracts/sign-receipts.node';
import { topicNames } from '@suffrage/contracts/topics';
import { createTokenVerifier } from '@suffrage/contracts/verify-token.node';
import { createHealth } from '@suffrage/runtime/health';
import { serveGrpc } from '@suffrage/runtime/grpc/server';
import { serveMetrics } from '@suffrage/runtime/http/metrics-server';
import { closeHttpServer, createHttpServer, listen } from '@suffrage/runtime/http/server';
import { kafkaAccess } from '@suffrage/runtime/kafka/access';
import { followTopic } from '@suffrage/runtime/kafka/follow-topic';
import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import { startTelemetry } from '@suffrage/runtime/telemetry';
import { type ServedTls, servedTls } from '@suffrage/runtime/tls/serve-tls';
import { type CastVote, createCastVote } from './cast-vote.ts';
import type { IngestionConfig } from './config.ts';
import { createVoteService, MAX_MESSAGE_BYTES, voteServiceDefinition } from './grpc/vote-service.ts';
import { refuseVotesUnread, votesRoute } from './http/votes.route.ts';
import { localVoteRoute } from './http/local-vote.route.ts';
import { knowElections } from './known-elections.ts';
import { watchLayout } from './log/layout.ts';
import { openLocalQueue } from './log/local-queue.ts';
import { createProducerPool } from './log/producers.ts';
import { createIngestionMetrics, type IngestionMetrics, observeIngestion } from './metrics.ts';
import { createTurns, type Turns } from './turns.ts';
import { openVoteLog } from './vote-log.ts';

/** Builds the whole of ingestion, in order, and serves it. Returns the ports in use. */
export async function startIngestion(
  config: IngestionConfig,
  { log, clock = Date.now }: { log: Log; clock?: () => number },
  lifecycle: Lifecycle,
): Promise<{ readonly httpPort: number; readonly grpcPort: number; readonly metricsPort: number }> {
  const { SUFFRAGE_INSTANCE: instance, SUFFRAGE_HOST: host } = config;
  lifecycle.onClose('telemetry', await startTelemetry('ingestion', instance));
  const metrics = createIngestionMetrics(config.SUFFRAGE_TLS_CERTIFICATE_FILE);
  const topics = topicNames(config.SUFFRAGE_NAMESPACE);

  const access = kafkaAccess(config, log);
  const book = createElectionBook();
  const elections = followTopic(
    { access, topic: topics.elections, onRecord: book.apply, clock, log },
    lifecycle,
  );

  const knownElections = knowElections(book, elections.completeAsOf, clock);

  const layout = watchLayout(access, topics.votes, clock, log, lifecycle);
  const directory = config.SUFFRAGE_LOCAL_QUEUE_DIRECTORY;
  const maxBytes = config.SUFFRAGE_LOCAL_QUEUE_BYTES;
  const queue =
    directory === undefined
      ? undefined
      : await openLocalQueue({
          directory,
          maxBytes,
          topic: topics.votes,
          metrics: metrics.localQueue,
          clock,
          log,
        });
  const voteLog = openVoteLog(
    {
      topic: topics.votes,
      shards: () => book.topology()?.shards,
      layout,
      openProducers: () =>
        createProducerPool({ access, clientId: 'suffrage-ingestion', onLost: layout.lose, metrics, log }),
      issueReceipts: createReceiptIssuer(config.SUFFRAGE_RECEIPT_KEY_FILE, instance),
      metrics,
      clock,
      ...(queue ? { local: { queue, elections: knownElections, log } } : {}),
    },
    lifecycle,
  );
  const turns = createTurns({ maxWaiting: config.SUFFRAGE_WAITING_VOTES, waiting: metrics.waitingVotes });
  const { castVote, inFlight } = createCastVote({
    elections: knownElections,
    checkToken: createTokenVerifier(),
    voteLog,
    metrics,
    clock,
    instance,
    maxInFlight: config.SUFFRAGE_IN_FLIGHT_VOTES,
    turns,
    log,
  });
  observeIngestion(metrics, {
    log: voteLog,
    layout,
    inFlight,
    electionsAsOf: elections.completeAsOf,
    clock,
  });

  const health = createHealth('ingestion', instance, {
    // With room on its disk it can take votes without the brokers, once it has learned of the elections from them.
    kafka: { required: () => !voteLog.canKeep(), check: layout.isReachable },
    elections: {
      required: () => !voteLog.canKeep() || elections.completeAsOf() < 0,
      check: knownElections.areCurrent,
    },
    ...(queue ? { localQueue: { required: false, check: queue.hasRoom } } : {}),
  });
  lifecycle.onLeave(health.leave);
  const tls = servedTls(config, log);
  const grpcPort = await serveVoteService(config, { castVote, turns, metrics, tls, log }, lifecycle);
  const server = await createHttpServer({
    title: 'Suffrage ingestion',
    log,
    health,
    metrics,
    bodyLimit: config.SUFFRAGE_BODY_LIMIT_BYTES,
    overload: refuseVotesUnread({ turns, metrics }),
    tls,
  });
  server.server.on('connection', turns.connected);
  votesRoute(server, { castVote, metrics });
  localVoteRoute(server, queue);
  const address = await listen(server, { host, port: config.SUFFRAGE_HTTP_PORT });
  lifecycle.onClose('http server', () => closeHttpServer(server));
  // Last: it also says that the others are there.
  const metricsPort = await serveMetrics(
    { host, port: config.SUFFRAGE_METRICS_PORT, health, metrics },
    lifecycle,
  );
  return { httpPort: Number(new URL(address).port), grpcPort, metricsPort };
}

/** A client that takes no answer for so long loses its connection: it holds a place that another could have. */
const UNREAD_MILLIS = 30_000;

function serveVoteService(
  config: IngestionConfig,
  needs: {
    castVote: CastVote;
    turns: Turns;
    metrics: IngestionMetrics;
    tls: ServedTls | undefined;
    log: Log;
  },
  lifecycle: Lifecycle,
): Promise<number> {
  const limits = {
    voteBytes: config.SUFFRAGE_BODY_LIMIT_BYTES,
    votesPerCall: config.SUFFRAGE_VOTES_PER_CALL,
    streamVotes: config.SUFFRAGE_VOTES_PER_STREAM,
  };
  const definition = voteServiceDefinition(limits);
  const { implementation, isFull, endStreams } = createVoteService({ ...needs, limits });
  return serveGrpc(
    {
      host: config.SUFFRAGE_HOST,
      port: config.SUFFRAGE_GRPC_PORT,
      services: { 'suffrage.v1.VoteService': { definition, implementation } },
      maxMessageBytes: MAX_MESSAGE_BYTES,
      maxCalls: {
        [definition.castVotes.path]: config.SUFFRAGE_CAST_VOTES_CALLS,
        [definition.castVoteStream.path]: config.SUFFRAGE_CAST_VOTE_STREAMS,
      },
      unreadMillis: UNREAD_MILLIS,
      isFull,
      reflection: config.SUFFRAGE_ENVIRONMENT === 'development',
      endStreams,
      tls: needs.tls,
      metrics: needs.metrics,
      log: needs.log,
    },
    lifecycle,
  );
}
