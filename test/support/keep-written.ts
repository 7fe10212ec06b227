import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kafkaClient } from '@suffrage/runtime/kafka/client';
import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import { createLog } from '@suffrage/runtime/log';
import type { IHeaders } from 'kafkajs';
import { keep } from './written.ts';

/** The metrics of a process that is still running. */
export async function keepMetrics(port: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  keep('metrics', await response.text());
}

/** What it has measured by its end is searched when the run ends. */
export function keepMetricsOf({ metricsPort }: { readonly metricsPort: number }, lifecycle: Lifecycle): void {
  lifecycle.onClose('metrics to be searched', () => keepMetrics(metricsPort));
}

/** All files of a directory of logs. */
export async function keepLogs(directory: string): Promise<void> {
  for (const name of await readdir(directory))
    keep(`log-${name}`, await readFile(join(directory, name), 'utf8'));
}

const READ_DEADLINE_MILLIS = 120_000;

/** Keys and headers of every record that lies on any topic, each once. What is in the records is the votes themselves. */
export async function keepTopics(brokers: readonly string[]): Promise<void> {
  const kafka = kafkaClient({ brokers }, 'test', createLog('test', 'test', 'silent'));
  const admin = kafka.admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter(topic => !topic.startsWith('__'));
  const missing = new Map<string, bigint>();
  for (const topic of topics)
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic))
      if (BigInt(high) > BigInt(low)) missing.set(`${topic} ${partition}`, BigInt(high) - 1n);
  await admin.disconnect();
  if (missing.size === 0) return;
  const seen = new Set<string>();
  const { promise: complete, resolve, reject } = Promise.withResolvers<void>();
  const consumer = kafka.consumer({ groupId: `written-${process.pid}`, maxWaitTimeInMs: 50 });
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      const { topic, partition, messages } = batch;
      for (const { key, headers } of messages) seen.add(JSON.stringify([topic, told(key), toldAll(headers)]));
      const place = `${topic} ${partition}`;
      const last = missing.get(place);
      if (last !== undefined && BigInt(batch.lastOffset()) >= last) missing.delete(place);
      if (missing.size === 0) resolve();
    },
  });
  const deadline = setTimeout(
    () => reject(new Error(`keys and headers of ${missing.size} partitions could not be read`)),
    READ_DEADLINE_MILLIS,
  );
  await complete.finally(() => clearTimeout(deadline));
  await consumer.disconnect();
  keep('topics', [...seen].join('\n'));
}

type Told = string | readonly Told[] | null;

/** Bytes that are no text are shown as tokens and references are written elsewhere. */
function told(bytes: Buffer | string | null): string | null {
  if (bytes === null || typeof bytes === 'string') return bytes;
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : bytes.toString('base64url');
}

function toldAll(headers: IHeaders = {}): Record<string, Told> {
  const each = (value: IHeaders[string]): Told =>
    Array.isArray(value) ? value.map(one => told(one)) : told(value ?? null);
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, each(value)]));
}
