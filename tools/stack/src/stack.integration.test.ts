import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { type Infrastructure, startInfrastructure } from './infrastructure.ts';
import { openParts } from './parts.ts';
import { isRunning } from './process.ts';

// Servers of its own rather than the run's: what is tested is starting and stopping them.
let directory = '';
let servers: Infrastructure;

const start = () => startInfrastructure({ dataDirectory: directory, ports: 'free', brokers: 1 });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'suffrage-stack-'));
  servers = await start();
}, 120_000);

afterAll(async () => {
  await servers.stop();
  await rm(directory, { recursive: true, force: true });
}, 60_000);

async function query<Row extends pg.QueryResultRow>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

function withPath(url: string, path: string): string {
  const changed = new URL(url);
  changed.pathname = path;
  return changed.href;
}

function kafka(): Kafka {
  return new Kafka({ brokers: [...servers.kafka.addresses], logLevel: logLevel.NOTHING });
}

test('each side reaches its own database, in UTF-8 and with the plain order of bytes', async () => {
  for (const url of [servers.postgres.votesUrl, servers.postgres.registrarUrl]) {
    const rows = await query(
      url,
      'select current_user as me, pg_encoding_to_char(encoding) as encoding, datcollate as collation from pg_database where datname = current_database()',
    );
    expect(rows).toEqual([{ me: new URL(url).username, encoding: 'UTF8', collation: 'C' }]);
  }
});

test('the registrar can not connect to the votes database, nor the votes role to the registrar’s', async () => {
  const { votesUrl, registrarUrl } = servers.postgres;
  for (const [url, other] of [
    [registrarUrl, '/suffrage_votes'],
    [votesUrl, '/suffrage_registrar'],
    [registrarUrl, '/postgres'],
  ] as const) {
    await expect(query(withPath(url, other), 'select 1')).rejects.toThrow(/permission denied for database/);
  }
});

test('a wrong password is refused by PostgreSQL and by Redis', async () => {
  const wrong = new URL(servers.postgres.votesUrl);
  wrong.password = 'wrong';
  await expect(query(wrong.href, 'select 1')).rejects.toThrow(/password authentication failed/);
  const redis = new Redis(new URL(servers.redis.url).host.replace(/^/, 'redis://'), {
    lazyConnect: true,
    retryStrategy: () => null,
  });
  redis.on('error', () => {});
  await expect(redis.ping()).rejects.toThrow(/NOAUTH|closed/);
  redis.disconnect();
});

test('Redis keeps and passes on with its password', async () => {
  const redis = new Redis(servers.redis.url);
  await redis.set('key', 'value');
  expect(await redis.get('key')).toBe('value');
  await redis.quit();
});

test('Kafka takes a record and hands it out, also after its process was killed and started again', async () => {
  const admin = kafka().admin();
  await admin.connect();
  await admin.createTopics({
    waitForLeaders: true,
    topics: [{ topic: 'kept', numPartitions: 1, replicationFactor: 1 }],
  });
  await admin.disconnect();
  const producer = kafka().producer();
  await producer.connect();
  await producer.send({ topic: 'kept', acks: -1, messages: [{ value: 'a vote' }] });
  await producer.disconnect();

  const [broker] = servers.kafka.brokers;
  await broker?.kill();
  expect(broker?.isRunning()).toBe(false);
  expect(await broker?.isReady()).toBe(false);
  await broker?.start();

  const again = kafka().admin();
  await again.connect();
  expect(await again.fetchTopicOffsets('kept')).toMatchObject([{ partition: 0, high: '1' }]);
  await again.disconnect();
}, 60_000);

test('a paused server does not answer, and does after it goes on', async () => {
  servers.redis.part.pause();
  expect(await servers.redis.part.isReady()).toBe(false);
  servers.redis.part.resume();
  expect(await servers.redis.part.isReady()).toBe(true);
});

test('another process finds the parts in stack.json', async () => {
  const found = openParts(directory);
  expect(found.map(part => part.name).toSorted()).toEqual(['kafka-1', 'postgres', 'redis']);
  expect(await Promise.all(found.map(part => part.isReady()))).toEqual([true, true, true]);
});

test('a stop leaves no process behind, and a later start finds the data on other ports', async () => {
  await query(servers.postgres.votesUrl, 'create table kept (n int); insert into kept values (7)');
  const references = servers.parts.all.flatMap(part => part.reference() ?? []);
  expect(references).toHaveLength(3);
  const before = servers.ports;
  await servers.stop();
  expect(references.filter(isRunning)).toEqual([]);

  servers = await start();
  expect(servers.ports.postgres).not.toBe(before.postgres);
  expect(await query(servers.postgres.votesUrl, 'select n from kept')).toEqual([{ n: 7 }]);
  const admin = kafka().admin();
  await admin.connect();
  expect(await admin.listTopics()).toContain('kept');
  await admin.disconnect();
}, 120_000);
