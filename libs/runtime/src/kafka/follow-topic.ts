import type { Admin, Consumer, Kafka } from 'kafkajs';
import { randomUUID } from 'node:crypto';
import type { Lifecycle } from '../lifecycle.ts';
import type { Log } from '../log.ts';
import { keepTrying, repeatEvery } from '../wait.ts';

/** A topic that this process reads from its beginning and keeps reading. */
export type TopicFollower = {
  /**
   * Resolves when every record that lay below the end offsets asked for *after this call* has been delivered.
   * @throws Error when the brokers don't answer, or after 10 s.
   */
  readToEnd(): Promise<void>;
  /** When the newest end that has been reached was asked for: milliseconds of `clock`, `-Infinity` before the first. */
  completeAsOf(): number;
};

export type FollowedRecord = {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** The record's timestamp, milliseconds since 1970. */
  readonly appendedAt: number;
};

type Options = {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly onRecord: (record: FollowedRecord) => void;
  readonly clock: () => number;
  readonly log: Log;
};

const REFRESH_MILLIS = 2_000;
const READ_DEADLINE_MILLIS = 10_000;

type Waiter = { readonly ends: ReadonlyMap<number, bigint>; readonly reached: () => void };

/**
 * Starts following: a consumer group of its own, nothing committed, so each process gets all records. The end is asked
 * for every 2 s. Returns at once and connects in the background.
 */
export function followTopic(
  { kafka, topic, onRecord, clock, log }: Options,
  lifecycle: Lifecycle,
): TopicFollower {
  const consumer = kafka.consumer({ groupId: `${topic}-follower-${randomUUID()}`, maxWaitTimeInMs: 250 });
  const admin = kafka.admin();
  const positions = new Map<number, bigint>();
  const waiters = new Set<Waiter>();
  let completeAsOf = Number.NEGATIVE_INFINITY;

  const stopping = new AbortController();

  const hasReached = (ends: ReadonlyMap<number, bigint>) =>
    [...ends].every(([partition, end]) => (positions.get(partition) ?? 0n) >= end);

  const onBatch = (partition: number, records: readonly FollowedRecord[], next: bigint) => {
    for (const record of records) onRecord(record);
    positions.set(partition, next);
    for (const waiter of waiters) if (hasReached(waiter.ends)) waiter.reached();
  };

  const readToEnd = async () => {
    const askedAt = clock();
    const ends = await endOffsets(admin, topic);
    if (!hasReached(ends)) await waitFor(waiters, ends, stopping.signal);
    completeAsOf = Math.max(completeAsOf, askedAt);
  };

  const started = keepTrying(
    `topic ${topic}`,
    log,
    () => startReading(consumer, admin, topic, onBatch),
    stopping.signal,
  );
  started.catch(() => undefined);
  const stopRefreshing = repeatEvery(REFRESH_MILLIS, async () => {
    await started.then(readToEnd).catch(error => {
      if (!stopping.signal.aborted) log.warn({ err: error, topic }, 'the end of the topic was not reached');
    });
  });
  lifecycle.onClose(`follower of ${topic}`, async () => {
    stopping.abort();
    await started.catch(() => undefined);
    await stopRefreshing();
    await Promise.all([consumer.disconnect(), admin.disconnect()]);
  });
  return { readToEnd: () => started.then(readToEnd), completeAsOf: () => completeAsOf };
}

async function startReading(
  consumer: Consumer,
  admin: Admin,
  topic: string,
  onBatch: (partition: number, records: readonly FollowedRecord[], next: bigint) => void,
): Promise<void> {
  await admin.connect();
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    // kafkajs gave up: without this topic the process can't work, so it ends and is started again.
    if (!payload.restart) setImmediate(() => failWith(payload.error));
  });
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      const records = batch.messages.map(({ key, value, timestamp }) => ({
        key,
        value,
        appendedAt: Number(timestamp),
      }));
      onBatch(batch.partition, records, BigInt(batch.lastOffset()) + 1n);
    },
  });
}

function failWith(cause: Error): never {
  throw new Error('the follower of a topic crashed', { cause });
}

async function endOffsets(admin: Admin, topic: string): Promise<ReadonlyMap<number, bigint>> {
  const offsets = await admin.fetchTopicOffsets(topic);
  return new Map(offsets.map(({ partition, high }) => [partition, BigInt(high)]));
}

async function waitFor(waiters: Set<Waiter>, ends: Waiter['ends'], stopping: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const waiter: Waiter = { ends, reached: resolve };
  const deadline = AbortSignal.any([stopping, AbortSignal.timeout(READ_DEADLINE_MILLIS)]);
  deadline.addEventListener('abort', () => reject(new Error('the end of the topic was not reached')));
  waiters.add(waiter);
  try {
    await promise;
  } finally {
    waiters.delete(waiter);
  }
}
