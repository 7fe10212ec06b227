import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { grpcTransport } from '@suffrage/client/grpc-transport.node';
import { restTransport, type Transport } from '@suffrage/client/transport';
import { type TopicNames, topicNames } from '@suffrage/contracts/topics';
import { kafkaClient } from '@suffrage/runtime/kafka/client';
import { createLog } from '@suffrage/runtime/log';
import { type Infrastructure, startInfrastructure } from '@suffrage/stack/infrastructure';
import type { Part } from '@suffrage/stack/part';
import { freePorts } from '@suffrage/stack/ports';
import type { Progress } from '@suffrage/stack/progress';
import { readSecret, writeSecret } from '@suffrage/stack/secrets';
import { type Services, startServices } from '@suffrage/stack/start-services';
import type { Kafka } from 'kafkajs';
import pg from 'pg';
import { type KafkaProxy, startKafkaProxy } from './kafka-proxy.ts';
import { type PostgresProxy, startPostgresProxy } from './postgres-proxy.ts';

/** `standard`: three brokers, two shards. `wide`: four brokers and four shards, so that a dead broker can be avoided. */
export type Shape = 'standard' | 'wide';

const SHAPES = {
  standard: { brokers: 3, partitions: 8, shards: 2 },
  wide: { brokers: 4, partitions: 16, shards: 4 },
} as const;

/** What evidence is read from, past the services and any proxies. */
export type Place = {
  readonly infrastructure: Infrastructure;
  readonly topics: TopicNames;
  readonly kafka: Kafka;
  /** PostgreSQL's superuser, in the votes database. Survives restarts of the server. */
  readonly query: (sql: string, values?: readonly unknown[]) => Promise<readonly Record<string, unknown>[]>;
};

/** The whole suite as real processes on free ports; ingestion and processor reach Kafka and PostgreSQL through proxies. */
export type World = Place & {
  readonly shape: Shape;
  readonly dataDirectory: string;
  readonly services: Services;
  readonly kafkaProxies: readonly KafkaProxy[];
  readonly postgresProxy: PostgresProxy;
  /** REST and gRPC of each ingestion process. */
  readonly transports: readonly Transport[];
  /** Removes the data too, unless it is to be looked at. */
  close(options: { readonly keepData: boolean }): Promise<void>;
};

export async function startWorld(shape: Shape, progress: Progress): Promise<World> {
  const { brokers, partitions, shards } = SHAPES[shape];
  const dataDirectory = await mkdtemp(join(tmpdir(), 'suffrage-faults-'));
  const listeners = await freePorts(brokers);
  const proxyPorts = await freePorts(brokers);
  const [postgresProxyPort = 0] = await freePorts(1);
  const infrastructure = await startInfrastructure({
    dataDirectory,
    ports: 'free',
    brokers,
    kafkaOptions: {
      behind: listeners.map((port, index) => ({ port, advertisedPort: proxyPorts[index] ?? 0 })),
      // Expired producers are looked for every second instead of every 10 minutes.
      further: { 'producer.id.expiration.check.interval.ms': 1_000 },
    },
    progress,
  });
  const kafkaProxies = await Promise.all(
    listeners.map((target, index) => startKafkaProxy({ listen: proxyPorts[index] ?? 0, target })),
  );
  const target = infrastructure.postgres.part.port;
  const postgresProxy = await startPostgresProxy({ listen: postgresProxyPort, target });
  const throughProxies = {
    SUFFRAGE_KAFKA_BROKERS: proxyPorts.map(port => `127.0.0.1:${port}`).join(','),
  };
  const services = await startServices(infrastructure, {
    ports: 'free',
    counts: { registrar: 1, ingestion: 2, processor: 3, aggregator: 2, web: 0 },
    partitions,
    shards,
    extra: {
      ingestion: throughProxies,
      processor: {
        ...throughProxies,
        SUFFRAGE_VOTES_DATABASES_FILE: proxiedUrlFile(infrastructure, postgresProxyPort),
      },
    },
    progress,
  });
  const grpc = services.grpcAddresses().map(grpcTransport);
  return {
    ...placeOf(infrastructure),
    shape,
    dataDirectory,
    services,
    kafkaProxies,
    postgresProxy,
    transports: [...services.urls('ingestion').map(restTransport), ...grpc.map(({ transport }) => transport)],
    close: async ({ keepData }) => {
      for (const { close } of grpc) close();
      await infrastructure.stop();
      await Promise.all([...kafkaProxies, postgresProxy].map(proxy => proxy.close()));
      if (!keepData) await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

export function placeOf(infrastructure: Infrastructure): Place {
  const log = createLog('faults', 'faults', 'silent');
  return {
    infrastructure,
    topics: topicNames(''),
    kafka: kafkaClient({ brokers: infrastructure.kafka.addresses }, 'faults', log),
    query: (sql, values = []) => queryOnce(adminUrl(infrastructure), sql, values),
  };
}

function proxiedUrlFile({ secrets }: Infrastructure, port: number): string {
  const url = new URL(readSecret(secrets.votesDatabases));
  url.port = String(port);
  const file = `${secrets.votesDatabases}-proxied`;
  writeSecret(file, `${url.href}\n`);
  return file;
}

/** The votes database as its superuser. */
export function adminUrl({ postgres }: Infrastructure): string {
  const url = new URL(postgres.adminUrl);
  url.pathname = new URL(postgres.votesUrl).pathname;
  return url.href;
}

/** A connection of its own each time: the server may have been killed meanwhile. */
export async function queryOnce(connectionString: string, sql: string, values: readonly unknown[]) {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000, query_timeout: 60_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql, [...values]);
    return rows;
  } finally {
    await client.end();
  }
}

/** All processes of the stack. */
export function partsOf({ infrastructure }: World): readonly Part[] {
  return infrastructure.parts.all;
}

/** Ends every fault that is still in force and starts whatever does not run. */
export async function heal(world: World): Promise<void> {
  world.postgresProxy.loseReplies(() => false);
  for (const proxy of world.kafkaProxies) proxy.inflict({});
  const parts = partsOf(world);
  for (const part of parts) part.resume();
  const isService = (part: Part) => world.services.places.some(({ name }) => name === part.name);
  // Together: two of three brokers become ready only with each other.
  await Promise.all(parts.filter(part => !isService(part)).map(part => part.start()));
  await Promise.all(parts.filter(isService).map(part => part.start()));
}
