import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';

/** How to find out whether a part is ready for work. Data only, so that it can be kept in the stack's state. */
export type Probe =
  | { readonly kind: 'http'; readonly url: string }
  /** Ready when this node answers and counts itself among the live brokers. */
  | { readonly kind: 'kafka'; readonly port: number; readonly nodeId: number }
  | { readonly kind: 'postgres'; readonly urlFile: string }
  | { readonly kind: 'redis'; readonly urlFile: string };

const PROBE_TIMEOUT_MS = 2_000;

/** Never throws: whatever keeps a part from answering makes it not ready. */
export async function isReady(probe: Probe): Promise<boolean> {
  try {
    switch (probe.kind) {
      case 'http':
        return (await fetch(probe.url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) })).ok;
      case 'kafka':
        return await kafkaReady(probe.port, probe.nodeId);
      case 'postgres':
        return await postgresReady(readFileSync(probe.urlFile, 'utf8').trim());
      case 'redis':
        return await redisReady(readFileSync(probe.urlFile, 'utf8').trim());
    }
  } catch {
    return false;
  }
}

async function kafkaReady(port: number, nodeId: number): Promise<boolean> {
  const kafka = new Kafka({
    clientId: 'suffrage-stack',
    brokers: [`127.0.0.1:${port}`],
    connectionTimeout: PROBE_TIMEOUT_MS,
    requestTimeout: PROBE_TIMEOUT_MS,
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { brokers, controller } = await admin.describeCluster();
    return controller !== null && brokers.some(broker => broker.nodeId === nodeId);
  } finally {
    await admin.disconnect();
  }
}

async function postgresReady(connectionString: string): Promise<boolean> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: PROBE_TIMEOUT_MS,
    query_timeout: PROBE_TIMEOUT_MS,
  });
  // A connection that breaks while idle is an event; unheard it would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } finally {
    await client.end();
  }
}

async function redisReady(url: string): Promise<boolean> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: PROBE_TIMEOUT_MS,
    commandTimeout: PROBE_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  redis.on('error', () => {});
  try {
    await redis.connect();
    return (await redis.ping()) === 'PONG';
  } finally {
    redis.disconnect();
  }
}
