import type { ElectionDefinition } from '@suffrage/contracts/election';
import {
  electionsKey,
  type ElectionsMessage,
  type RedisNames,
  redisNames,
  type TopicNames,
  topicNames,
} from '@suffrage/contracts/topics';
import { createLifecycle, type Lifecycle } from '@suffrage/runtime/lifecycle';
import { migrate } from '@suffrage/runtime/postgres/migrate';
import { keepMetricsOf } from '@suffrage/test/keep-written';
import { quietLog } from '@suffrage/test/quiet-log';
import { Redis } from 'ioredis';
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'pg';
import { startAggregator } from '../src/app.ts';
import { readConfig } from '../src/config.ts';

const log = quietLog();
const MIGRATIONS = join(import.meta.dirname, '../../processor/migrations');

export const PARTITIONS = 4;

type Servers = {
  readonly brokers: readonly string[];
  readonly postgresUrl: string;
  readonly redisUrl: string;
};

/** A pair of shard databases, the topics, and a Redis prefix of their own on the servers of the test run. */
export type Installation = {
  readonly names: RedisNames;
  readonly topics: TopicNames;
  readonly kafka: Kafka;
  /** Shard 0 and 1: the even and the odd partitions. */
  readonly shards: readonly [Pool, Pool];
  readonly redis: Redis;
  readonly producer: Producer;
  /** Publishes on topic `elections`. */
  tell(message: ElectionsMessage): Promise<void>;
  open(definition: ElectionDefinition): Promise<void>;
  /** Starts a replica as `main.ts` does; it is closed with the installation unless the test closes it. */
  start(options?: ReplicaOptions): Promise<Replica>;
  close(): Promise<void>;
};

type ReplicaOptions = {
  readonly redisUrl?: string;
  readonly clock?: () => number;
  readonly environment?: NodeJS.ProcessEnv;
};

export type Replica = {
  readonly url: string;
  readonly grpcAddress: string;
  readonly isElected: () => boolean;
  readonly close: Lifecycle['close'];
};

export async function createInstallation(servers: Servers): Promise<Installation> {
  const lifecycle = createLifecycle(log);
  const namespace = `t${randomBytes(5).toString('hex')}`;
  const topics = topicNames(namespace);
  const urls = await createDatabases(servers.postgresUrl, namespace, lifecycle);
  const shards = [connect(urls[0], lifecycle), connect(urls[1], lifecycle)] as const;
  const redis = new Redis(servers.redisUrl);
  lifecycle.onClose('redis', () => redis.quit());
  const { kafka, admin, producer } = await connectKafka(servers.brokers, lifecycle);
  const replicationFactor = 1;
  await admin.createTopics({
    topics: [
      { topic: topics.votes, numPartitions: PARTITIONS, replicationFactor },
      { topic: topics.elections, numPartitions: 1, replicationFactor },
    ],
  });
  lifecycle.onClose('topics', () => admin.deleteTopics({ topics: [topics.votes, topics.elections] }));

  const directory = mkdtempSync(join(tmpdir(), 'aggregator-'));
  lifecycle.onClose('secret files', () => rmSync(directory, { recursive: true }));
  const file = (name: string, content: string) => {
    const path = join(directory, `${name}-${randomBytes(4).toString('hex')}`);
    writeFileSync(path, content);
    return path;
  };

  const tell = async (message: ElectionsMessage) => {
    const messages = [{ key: electionsKey(message), value: JSON.stringify(message) }];
    await producer.send({ topic: topics.elections, acks: -1, messages });
  };
  let version = 0;
  return {
    names: redisNames(namespace),
    topics,
    kafka,
    shards,
    redis,
    producer,
    tell,
    open: definition => tell({ kind: 'election', version: (version += 1), definition }),
    async start({ redisUrl = servers.redisUrl, clock, environment } = {}) {
      const config = readConfig({
        SUFFRAGE_NAMESPACE: namespace,
        SUFFRAGE_HTTP_PORT: '0',
        SUFFRAGE_GRPC_PORT: '0',
        SUFFRAGE_METRICS_PORT: '0',
        SUFFRAGE_KAFKA_BROKERS: servers.brokers.join(','),
        SUFFRAGE_VOTES_DATABASES_FILE: file('databases', [...urls, urls[0]].join('\n')),
        SUFFRAGE_REDIS_URL_FILE: file('redis', redisUrl),
        SUFFRAGE_RESULT_REFRESH_INTERVAL: '200ms',
        ...environment,
      });
      const replica = createLifecycle(log);
      lifecycle.onClose('replica', () => replica.close());
      const { httpPort, grpcPort, metricsPort, isElected } = await startAggregator(
        config,
        { log, ...(clock ? { clock } : {}) },
        replica,
      );
      keepMetricsOf({ metricsPort }, replica);
      return {
        url: `http://127.0.0.1:${httpPort}`,
        grpcAddress: `127.0.0.1:${grpcPort}`,
        isElected,
        close: () => replica.close(),
      };
    },
    close: () => lifecycle.close(),
  };
}

async function createDatabases(superuserUrl: string, namespace: string, lifecycle: Lifecycle) {
  const superuser = connect(superuserUrl, lifecycle);
  const create = async (name: string) => {
    await superuser.query(`create database ${name}`);
    lifecycle.onClose(name, () => superuser.query(`drop database ${name} with (force)`));
    const url = new URL(superuserUrl);
    url.pathname = `/${name}`;
    await migrate(url.href, MIGRATIONS, log);
    return url.href;
  };
  return [await create(`${namespace}_0`), await create(`${namespace}_1`)] as const;
}

function connect(url: string, lifecycle: Lifecycle): Pool {
  const pool = new Pool({ connectionString: url, max: 2 });
  // The databases are dropped while the last connections are still closing.
  pool.on('error', () => undefined);
  lifecycle.onClose('pool', () => pool.end());
  return pool;
}

async function connectKafka(brokers: readonly string[], lifecycle: Lifecycle) {
  const kafka = new Kafka({
    brokers: [...brokers],
    clientId: 'test',
    logLevel: logLevel.NOTHING,
  });
  const admin = kafka.admin();
  await admin.connect();
  lifecycle.onClose('admin', () => admin.disconnect());
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  lifecycle.onClose('producer', () => producer.disconnect());
  return { kafka, admin, producer };
}

type Work = {
  readonly electionId: string;
  readonly partition: number;
  /** Records counted, each with the same marks. */
  readonly counted: number;
  /** Contest id -> option id. */
  readonly marks: Readonly<Record<string, string>>;
  readonly instance?: string;
};

/** What the processor does for the tables that are read here: counts a batch in one transaction. */
export async function countRecords({ shards, topics }: Installation, work: Work): Promise<void> {
  const { electionId, partition, counted, marks, instance = 'ingestion-0' } = work;
  const client = await (partition % 2 === 0 ? shards[0] : shards[1]).connect();
  const tally = `insert into tallies as t (election_id, contest, option, partition, votes) values ($1, $2, $3, $4, $5)
    on conflict (election_id, contest, option, partition) do update set votes = t.votes + excluded.votes`;
  try {
    await client.query('begin');
    for (const [contest, option] of Object.entries({ ...marks, '*': '*' })) {
      await client.query(tally, [electionId, contest, option, partition, counted]);
    }
    await client.query(
      `insert into intake as i (election_id, instance, partition, votes) values ($1, $2, $3, $4)
       on conflict (election_id, instance, partition) do update set votes = i.votes + excluded.votes`,
      [electionId, instance, partition, counted],
    );
    await client.query(
      `insert into progress as p (topic, partition, next_offset, counted) values ($1, $2, $3, $3)
       on conflict (topic, partition) do update
       set next_offset = p.next_offset + excluded.counted, counted = p.counted + excluded.counted`,
      [topics.votes, partition, counted],
    );
    await client.query('commit');
  } finally {
    client.release();
  }
}
