import { createPublicKey } from 'node:crypto';
import { publishedKey } from '@suffrage/contracts/sign-receipts.node';
import { setTimeout as sleep } from 'node:timers/promises';
import { electionsKey, type ElectionsMessage, topicNames, type TopicNames } from '@suffrage/contracts/topics';
import type { ElectionDefinition } from '@suffrage/contracts/election';
import { kafkaClient } from '@suffrage/runtime/kafka/client';
import { createLog } from '@suffrage/runtime/log';
import type { Infrastructure } from '@suffrage/stack/infrastructure';
import { readSecret, writeSecret } from '@suffrage/stack/secrets';
import type { ServiceKind } from '@suffrage/stack/services';
import { type Services, startServices } from '@suffrage/stack/start-services';
import type { Kafka } from 'kafkajs';
import pg from 'pg';
import type { Pids } from './processes.ts';

export type Shape = { readonly partitions: number; readonly shards: number };
export const DEFAULT_SHAPE: Shape = { partitions: 8, shards: 1 };

/** One ingestion, one processor, one aggregator with topics and a database of their own, on the run's servers. */
export type World = {
  readonly name: string;
  readonly infrastructure: Infrastructure;
  readonly services: Services;
  readonly topics: TopicNames;
  readonly kafka: Kafka;
  readonly databaseUrl: string;
  /** The votes database, as its superuser. */
  readonly pool: pg.Pool;
  /** Everything on the server's side. */
  readonly pids: Pids;
  /** Of the service `ingestion`, by transport. */
  readonly targets: { readonly rest: string; readonly grpc: string };
  readonly close: () => Promise<void>;
};

/** Settings of services, by kind, beside those that they need. */
export type Environment = Readonly<Partial<Record<ServiceKind, Readonly<Record<string, string>>>>>;

const ONE_EACH = { registrar: 0, ingestion: 1, processor: 1, aggregator: 1, web: 0 };

/** @param name lower-case letters and digits: the namespace, and the database's name. */
export async function openWorld(
  infrastructure: Infrastructure,
  name: string,
  { partitions, shards }: Shape,
  environment: Environment = {},
): Promise<World> {
  const { file, databaseUrl, adminUrl } = await createDatabase(infrastructure, name);
  const services = await startServices(
    { ...infrastructure, secrets: { ...infrastructure.secrets, votesDatabases: file } },
    {
      counts: ONE_EACH,
      ports: 'free',
      namespace: name,
      partitions,
      shards,
      extra: environment,
    },
  );
  const pool = new pg.Pool({ connectionString: adminUrl, max: 2 });
  const parts = ['ingestion', 'processor', 'aggregator'].map(kind => services.part(`${kind}-1`));
  const [ingestion, processor, aggregator] = parts.map(part => part.reference()?.pid ?? 0);
  return {
    name,
    infrastructure,
    services,
    topics: topicNames(name),
    kafka: kafkaClient(
      { brokers: infrastructure.kafka.addresses },
      'bench',
      createLog('bench', 'bench', 'silent'),
    ),
    databaseUrl,
    pool,
    pids: {
      ingestion: ingestion ?? 0,
      processor: processor ?? 0,
      aggregator: aggregator ?? 0,
      ...serverPids(infrastructure),
    },
    targets: { rest: services.urls('ingestion')[0] ?? '', grpc: services.grpcAddresses()[0] ?? '' },
    close: async () => {
      await pool.end();
      for (const part of parts) await part.stop();
    },
  };
}

export function serverPids({ kafka, postgres, redis }: Infrastructure): Pids {
  const pid = (part: typeof redis.part) => part.reference()?.pid ?? 0;
  const brokers = kafka.brokers.map((part, index) => [
    index === 0 ? 'broker' : `broker-${index + 1}`,
    pid(part),
  ]);
  return { ...Object.fromEntries(brokers), postgres: pid(postgres.part), redis: pid(redis.part) };
}

async function createDatabase({ postgres, secrets }: Infrastructure, name: string) {
  const [url, admin] = [new URL(postgres.votesUrl), new URL(postgres.adminUrl)];
  const client = new pg.Client({ connectionString: admin.href });
  await client.connect();
  await client.query(`create database ${name} owner ${client.escapeIdentifier(url.username)}`);
  await client.end();
  url.pathname = `/${name}`;
  admin.pathname = `/${name}`;
  const file = `${secrets.votesDatabases}-${name}`;
  writeSecret(file, `${url.href}\n`);
  return { file, databaseUrl: url.href, adminUrl: admin.href };
}

const HOUR_MILLIS = 3_600_000;

/** Opens the election here: from an hour ago, with receipts certified by this installation's key. */
export async function publishElection(
  { kafka, topics, infrastructure: { secrets } }: World,
  definition: ElectionDefinition,
): Promise<void> {
  const producer = kafka.producer();
  await producer.connect();
  const message = {
    kind: 'election' as const,
    version: 1,
    definition: {
      ...definition,
      opensAt: new Date(Date.now() - HOUR_MILLIS).toISOString(),
      closesAt: new Date(Date.now() + 12 * HOUR_MILLIS).toISOString(),
      receiptKeys: [publishedKey(createPublicKey(readSecret(secrets.receiptKey)))],
    },
  } satisfies ElectionsMessage;
  await producer.send({
    topic: topics.elections,
    acks: -1,
    messages: [{ key: electionsKey(message), value: JSON.stringify(message) }],
  });
  await producer.disconnect();
}

const LEADERS_DEADLINE_MILLIS = 20_000;

/** A further topic in this world; resolves with its name when every partition has a leader. */
export async function createTopic({ kafka }: World, topic: string, partitions: number): Promise<string> {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({
    waitForLeaders: false,
    topics: [{ topic, numPartitions: partitions, replicationFactor: 1 }],
  });
  const deadline = Date.now() + LEADERS_DEADLINE_MILLIS;
  // A broker that has not heard of it yet answers with an error.
  const isLed = async () => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return (
      topics[0]?.partitions.length === partitions && topics[0].partitions.every(({ leader }) => leader >= 0)
    );
  };
  while (!(await isLed().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`topic ${topic} gets no leaders`);
    await sleep(100);
  }
  await admin.disconnect();
  return topic;
}
