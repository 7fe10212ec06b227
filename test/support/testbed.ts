import { createPublicKey, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { electionsKey, type ElectionsMessage, topicNames } from '@suffrage/contracts/topics';
import { newReceiptKey, type TestElection, testElection } from '@suffrage/contracts/testing.node';
import { startAggregator } from '@suffrage/aggregator/app';
import type { Config as AggregatorConfig } from '@suffrage/aggregator/config';
import { startIngestion } from '@suffrage/ingestion/app';
import type { IngestionConfig } from '@suffrage/ingestion/config';
import { prepareLog } from '@suffrage/ingestion/prepare/prepare-log';
import { startProcessor } from '@suffrage/processor/app';
import { startRegistrar } from '@suffrage/registrar/app';
import type { RegistrarConfig } from '@suffrage/registrar/config';
import { kafkaClient } from '@suffrage/runtime/kafka/client';
import { createLifecycle, type Lifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import { migrate } from '@suffrage/runtime/postgres/migrate';
import type { Kafka } from 'kafkajs';
import { Pool } from 'pg';
import { quietLog } from './quiet-log.ts';
import { type TestServers, testServers } from './servers.ts';
import { keepMetricsOf } from './keep-written.ts';
import { separateRoles } from './separate-roles.ts';

const REGISTRAR_MIGRATIONS = fileURLToPath(new URL('../../services/registrar/migrations', import.meta.url));
const MIGRATIONS = fileURLToPath(new URL('../../services/processor/migrations', import.meta.url));

/** What one test file works on: topics, database and Redis names of its own on the shared servers. */
export type Testbed = Awaited<ReturnType<typeof openTestbed>>;

type Options = {
  readonly partitions?: number;
  readonly shards?: number;
  readonly replication?: number;
  /** Votes databases; default 1. */
  readonly databases?: number;
  readonly log?: Log;
  /** Other servers than those of the run. */
  readonly servers?: TestServers;
  /** Databases have an owner who migrates, and services read and write rows only. Default: one superuser does all. */
  readonly hasOwners?: boolean;
};

export type RegistrarOptions = {
  /** Another replica of this one. */
  readonly of?: { readonly databaseUrl: string; readonly electionKeysSecret: string };
  /** Instead of a new one: what another registrar has left. */
  readonly databaseUrl?: string;
  readonly settings?: Partial<RegistrarConfig>;
  readonly clock?: () => number;
  readonly lifecycle?: Lifecycle;
};

/** Everything opened through a testbed is closed by `close`, in reverse order. */
export async function openTestbed(options: Options = {}) {
  const { partitions = 4, shards = 1, replication = 1, databases = 1 } = options;
  const { log = quietLog(), servers = testServers(), hasOwners = false } = options;
  const lifecycle = createLifecycle(log);
  const namespace = `t${randomBytes(5).toString('hex')}`;
  const newDatabase = async (name: string, migrations: string) => {
    const url = await createDatabase(servers.postgresUrl, name, lifecycle);
    const { owner, service } = hasOwners ? await separateRoles(url, lifecycle) : { owner: url, service: url };
    await migrate(owner, migrations, log);
    return service;
  };
  const databaseUrls: string[] = [];
  for (let shard = 0; shard < databases; shard += 1) {
    databaseUrls.push(await newDatabase(`${namespace}v${shard}`, MIGRATIONS));
  }
  const [databaseUrl = ''] = databaseUrls;
  const pool = new Pool({ connectionString: databaseUrl, max: 2 });
  // Dropping the database cuts idle connections; without a listener that would fail the test.
  pool.on('error', () => undefined);
  lifecycle.onClose('pool', () => pool.end());
  const growTo = (count: number) =>
    prepareLog(
      { access: { brokers: servers.brokers }, namespace, partitions: count, shards, replication },
      log,
    );
  await growTo(partitions);
  const kafka = kafkaClient({ brokers: servers.brokers }, 'test', log);
  const topics = topicNames(namespace);
  const receiptKeyPem = newReceiptKey();
  const resultsKeyPem = newReceiptKey();

  return {
    ...servers,
    namespace,
    topics,
    kafka,
    pool,
    log,
    lifecycle,
    receiptKeyPem,
    /** The aggregator's, Ed25519. */
    resultsKeyPem,
    /** Adds partitions to topic `votes`. */
    growTo,
    /** A definition on topic `elections`, with its private keys. */
    publishElection: async (overrides: Parameters<typeof testElection>[0] = {}): Promise<TestElection> => {
      const made = testElection({ receiptKeyPem, ...overrides });
      await publish(kafka, topics.elections, {
        kind: 'election',
        version: 1,
        definition: made.election.definition,
      });
      return made;
    },
    /** The election is closed with the votes that are on the log now. */
    publishClosing: async ({ election: { definition } }: TestElection): Promise<void> => {
      const { id: electionId, closesAt } = definition;
      const endOffsets = await endOffsetsOf(kafka, topics.votes);
      await publish(kafka, topics.elections, { kind: 'closing', electionId, closesAt, endOffsets });
    },
    publish: (message: ElectionsMessage) => publish(kafka, topics.elections, message),
    /** Ingestion in this process, on free ports. */
    ingestion: async (
      settings: {
        readonly instance?: string;
        readonly clock?: () => number;
        /** Default those of the run. */
        readonly brokers?: readonly string[];
        readonly lifecycle?: Lifecycle;
        readonly settings?: Partial<IngestionConfig>;
      } = {},
    ) => {
      const ports = await startIngestion(
        {
          ...common(namespace, settings.instance ?? 'ingestion-0'),
          SUFFRAGE_HTTP_PORT: 0,
          SUFFRAGE_GRPC_PORT: 0,
          SUFFRAGE_KAFKA_BROKERS: [...(settings.brokers ?? servers.brokers)],
          SUFFRAGE_RECEIPT_KEY_FILE: receiptKeyPem,
          SUFFRAGE_BODY_LIMIT_BYTES: 16_384,
          SUFFRAGE_IN_FLIGHT_VOTES: 10_000,
          SUFFRAGE_WAITING_VOTES: 500,
          SUFFRAGE_VOTES_PER_CALL: 1_000,
          SUFFRAGE_CAST_VOTES_CALLS: 50,
          SUFFRAGE_VOTES_PER_STREAM: 1_000,
          SUFFRAGE_CAST_VOTE_STREAMS: 100,
          SUFFRAGE_LOCAL_QUEUE_BYTES: 1_073_741_824,
          ...settings.settings,
        },
        { log, ...(settings.clock ? { clock: settings.clock } : {}) },
        settings.lifecycle ?? lifecycle,
      );
      keepMetricsOf(ports, settings.lifecycle ?? lifecycle);
      return {
        ...ports,
        url: urlOf(ports.httpPort, settings.settings),
        grpcAddress: `127.0.0.1:${ports.grpcPort}`,
      };
    },
    /** A processor in this process. */
    processor: async (own: Lifecycle = lifecycle, redisUrl = servers.redisUrl) => {
      const processor = await startProcessor(
        {
          ...common(namespace, `processor-${randomBytes(2).toString('hex')}`),
          SUFFRAGE_KAFKA_BROKERS: [...servers.brokers],
          SUFFRAGE_VOTES_DATABASES_FILE: databaseUrls,
          SUFFRAGE_REDIS_URL_FILE: redisUrl,
          SUFFRAGE_CONCURRENT_PARTITIONS: 4,
          SUFFRAGE_HINT_SECONDS: 600,
        },
        { log },
        own,
      );
      keepMetricsOf(processor, own);
      return processor;
    },
    /**
     * A registrar in this process, with a database of its own, or that of another, and one static manager token,
     * `manager-token`.
     */
    registrar: async (own: RegistrarOptions = {}) => {
      const url =
        own.databaseUrl ??
        own.of?.databaseUrl ??
        (await newDatabase(`${namespace}r${randomBytes(2).toString('hex')}`, REGISTRAR_MIGRATIONS));
      const electionKeysSecret = own.of?.electionKeysSecret ?? randomBytes(32).toString('base64');
      const { httpPort, metricsPort } = await startRegistrar(
        {
          ...common(namespace, `registrar-${randomBytes(2).toString('hex')}`),
          SUFFRAGE_HTTP_PORT: 0,
          SUFFRAGE_KAFKA_BROKERS: [...servers.brokers],
          SUFFRAGE_REGISTRAR_DATABASE_FILE: url,
          SUFFRAGE_MANAGER_TOKENS_FILE: 'alice manager-token',
          SUFFRAGE_ELECTION_KEYS_SECRET_FILE: electionKeysSecret,
          SUFFRAGE_RECEIPT_PUBLIC_KEYS_FILE: publicPem(receiptKeyPem),
          SUFFRAGE_RESULTS_PUBLIC_KEYS_FILE: publicPem(resultsKeyPem),
          SUFFRAGE_ISSUER_NAME: 'issuer.test',
          SUFFRAGE_OIDC_SCOPES: 'openid',
          SUFFRAGE_OIDC_ROLES_CLAIM: 'roles',
          SUFFRAGE_OIDC_ORGANISATION_CLAIM: 'organisation',
          SUFFRAGE_OIDC_CLOCK_TOLERANCE: 30_000,
          SUFFRAGE_CODE_KEY_FILE: randomBytes(32).toString('base64'),
          SUFFRAGE_ROLL_VOTERS: 5_000_000,
          SUFFRAGE_REVISIONS_PER_VOTER: 50,
          SUFFRAGE_SIGNING_THREADS: 1,
          SUFFRAGE_SESSION_DURATION: 3_600_000,
          SUFFRAGE_RETENTION_DAYS: 365,
          SUFFRAGE_LIMIT_PER_ADDRESS: 100_000,
          SUFFRAGE_LIMIT_PER_CREDENTIAL: 1_000,
          SUFFRAGE_LIMIT_PER_ELECTION: 600_000,
          SUFFRAGE_LIMIT_SESSIONS_PER_ADDRESS: 1_000,
          SUFFRAGE_LIMIT_PER_MANAGER: 100_000,
          SUFFRAGE_LIMIT_MANAGERS_PER_ADDRESS: 100_000,
          ...own.settings,
        },
        { log, ...(own.clock ? { clock: own.clock } : {}) },
        own.lifecycle ?? lifecycle,
      );
      keepMetricsOf({ metricsPort }, own.lifecycle ?? lifecycle);
      return {
        url: urlOf(httpPort, own.settings),
        metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
        databaseUrl: url,
        electionKeysSecret,
      };
    },
    /** An aggregator in this process, with the results key. */
    aggregator: async (
      registrarUrl?: string,
      ingestionMetrics?: string[],
      settings: Partial<AggregatorConfig> = {},
    ) => {
      const { httpPort, grpcPort, metricsPort } = await startAggregator(
        {
          ...common(namespace, 'aggregator-0'),
          SUFFRAGE_HTTP_PORT: 0,
          SUFFRAGE_GRPC_PORT: 0,
          SUFFRAGE_KAFKA_BROKERS: [...servers.brokers],
          SUFFRAGE_VOTES_DATABASES_FILE: databaseUrls,
          SUFFRAGE_REDIS_URL_FILE: servers.redisUrl,
          SUFFRAGE_RESULTS_KEY_FILE: resultsKeyPem,
          SUFFRAGE_REGISTRAR_URL: registrarUrl,
          SUFFRAGE_INGESTION_METRICS_URLS: ingestionMetrics,
          SUFFRAGE_RESULT_REFRESH_INTERVAL: 200,
          SUFFRAGE_SUBSCRIBER_LIMIT: 100,
          ...settings,
        },
        { log },
        lifecycle,
      );
      keepMetricsOf({ metricsPort }, lifecycle);
      return { url: urlOf(httpPort, settings), grpcAddress: `127.0.0.1:${grpcPort}` };
    },
    databaseUrl,
    databaseUrls,
    close: () => lifecycle.close(),
  };
}

function urlOf(
  port: number,
  settings?: { readonly SUFFRAGE_TLS_CERTIFICATE_FILE?: string | undefined },
): string {
  return `${settings?.SUFFRAGE_TLS_CERTIFICATE_FILE === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
}

function common(namespace: string, instance: string) {
  return {
    SUFFRAGE_ENVIRONMENT: 'development' as const,
    SUFFRAGE_INSTANCE: instance,
    SUFFRAGE_LOG_LEVEL: 'warn' as const,
    SUFFRAGE_NAMESPACE: namespace,
    SUFFRAGE_HOST: '127.0.0.1',
    SUFFRAGE_METRICS_PORT: 0,
  };
}

function publicPem(privatePem: string): string {
  return createPublicKey(privatePem).export({ format: 'pem', type: 'spki' }).toString();
}

/** Creates an empty database that is dropped again when the testbed closes. */
export async function createDatabase(
  superuserUrl: string,
  name: string,
  lifecycle: Lifecycle,
): Promise<string> {
  const admin = new Pool({ connectionString: superuserUrl, max: 1 });
  // A test that stops its own PostgreSQL right after may cut this connection while it ends.
  admin.on('error', () => undefined);
  lifecycle.onClose('admin pool', () => admin.end());
  await admin.query(`create database ${name}`);
  lifecycle.onClose(`database ${name}`, () => admin.query(`drop database ${name} with (force)`));
  const url = new URL(superuserUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** By partition. */
async function endOffsetsOf(kafka: Kafka, topic: string): Promise<number[]> {
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  return ends.toSorted((a, b) => a.partition - b.partition).map(({ high }) => Number(high));
}

export async function publish(kafka: Kafka, topic: string, message: ElectionsMessage): Promise<void> {
  const producer = kafka.producer();
  await producer.connect();
  try {
    await producer.send({
      topic,
      acks: -1,
      messages: [{ key: electionsKey(message), value: JSON.stringify(message) }],
    });
  } finally {
    await producer.disconnect();
  }
}
