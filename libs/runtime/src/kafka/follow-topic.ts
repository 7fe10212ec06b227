import { setTimeout as sleep } from 'node:timers/promises';
import { Consumer, FetchIsolationLevels, ListOffsetTimestamps } from '@platformatic/kafka';
import type { Lifecycle } from '../lifecycle.ts';
import type { Log } from '../log.ts';
import { repeatEvery } from '../wait.ts';

/** A topic of one partition that this process reads from its beginning and keeps reading. */
export type TopicFollower = {
  /**
   * Resolves when every record that lay below the end offset asked for *after this call* has been delivered.
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
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly onRecord: (record: FollowedRecord) => void;
  readonly clock: () => number;
  readonly log: Log;
};

const REFRESH_MILLIS = 2_000;
const READ_DEADLINE_MILLIS = 10_000;
const PAUSE_MILLIS = 250;
const FETCH_WAIT_MILLIS = 250;
const FETCH_BYTES = 8 * 1024 * 1024;

type Waiter = { readonly end: bigint; readonly reached: () => void };

/**
 * Starts following, in no consumer group: each process gets all records, needs no coordinator for it and leaves nothing
 * behind on the brokers. The end is asked for every 2 s. Returns at once and connects in the background.
 */
export function followTopic(
  { brokers, topic, onRecord, clock, log }: Options,
  lifecycle: Lifecycle,
): TopicFollower {
  const consumer = openConsumer(brokers, topic);
  const waiters = new Set<Waiter>();
  const stopping = new AbortController();
  let position = 0n;
  let completeAsOf = Number.NEGATIVE_INFINITY;
  let failing = false;

  const readNext = async () => {
    for (const { offset, record } of await fetchFrom(consumer, topic, position)) {
      if (offset < position) continue;
      if (record) onRecord(record);
      position = offset + 1n;
    }
    for (const { end, reached } of waiters) if (position >= end) reached();
  };

  const readOn = async () => {
    while (!stopping.signal.aborted) {
      try {
        await readNext();
        failing = false;
      } catch (error) {
        if (!failing && !stopping.signal.aborted)
          log.warn({ err: error, topic }, 'not readable, trying again');
        failing = true;
        // The leader may have moved: it is looked up again, a little later.
        consumer.clearMetadata();
        await sleep(PAUSE_MILLIS, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  };

  const readToEnd = async () => {
    const askedAt = clock();
    const offsets = await consumer.listOffsets({ topics: [topic], timestamp: ListOffsetTimestamps.LATEST });
    const end = offsets.get(topic)?.[0];
    if (end === undefined) throw new Error(`the brokers know no topic ${topic}`);
    if (position < end) await waitFor(waiters, end, stopping.signal);
    completeAsOf = Math.max(completeAsOf, askedAt);
  };

  const reading = readOn();
  const stopRefreshing = repeatEvery(REFRESH_MILLIS, async () => {
    await readToEnd().catch(error => {
      if (!failing && !stopping.signal.aborted)
        log.warn({ err: error, topic }, 'the end of the topic was not reached');
    });
  });
  lifecycle.onClose(`follower of ${topic}`, async () => {
    stopping.abort();
    await Promise.all([reading, stopRefreshing()]);
    await consumer.close();
  });
  return { readToEnd, completeAsOf: () => completeAsOf };
}

function openConsumer(brokers: readonly string[], topic: string): Consumer {
  const consumer = new Consumer({
    clientId: `suffrage-follower-${topic}`,
    // Required by the client, never joined.
    groupId: `${topic}-follower`,
    bootstrapBrokers: [...brokers],
    autocreateTopics: false,
    isolationLevel: FetchIsolationLevels.READ_UNCOMMITTED,
    connectTimeout: 3_000,
    // Each retry asks the next broker of the list: the first one may accept connections and say nothing (frozen). All of
    // them together end before what is known of elections is too old, and before the loop looks for another leader.
    requestTimeout: 1_500,
    timeout: 1_500,
    retries: 2,
    retryDelay: 50,
    metadataMaxAge: 60_000,
  });
  // The client refreshes its metadata for the topics it tracks.
  consumer.topics.track(topic);
  return consumer;
}

/** A record, or only the end of a batch. */
type Fetched = { readonly offset: bigint; readonly record?: FollowedRecord };

const CONTROL_BATCH = 1 << 5;
const LOG_APPEND_TIME = 1 << 3;

/** What follows `position`, waiting for it up to 250 ms. Each batch ends with an entry for its end. */
async function fetchFrom(consumer: Consumer, topic: string, position: bigint): Promise<Fetched[]> {
  const metadata = await consumer.metadata({ topics: [topic] });
  const found = metadata.topics.get(topic);
  const leader = found?.partitions[0]?.leader;
  if (found === undefined || leader === undefined) throw new Error(`the brokers know no topic ${topic}`);
  const partition = {
    partition: 0,
    fetchOffset: position,
    currentLeaderEpoch: -1,
    lastFetchedEpoch: -1,
    partitionMaxBytes: FETCH_BYTES,
  };
  const { responses } = await consumer.fetch({
    node: leader,
    topics: [{ topicId: found.id, partitions: [partition] }],
    minBytes: 1,
    maxBytes: FETCH_BYTES,
    maxWaitTime: FETCH_WAIT_MILLIS,
  });
  const batches = responses.flatMap(({ partitions }) => partitions.flatMap(({ records }) => records ?? []));
  return batches.flatMap(
    ({ attributes, firstOffset, firstTimestamp, maxTimestamp, lastOffsetDelta, records }) => {
      const byBroker = (attributes & LOG_APPEND_TIME) !== 0;
      const kept = (attributes & CONTROL_BATCH) !== 0 ? [] : records;
      return [
        ...kept.map(({ offsetDelta, timestampDelta, key, value }) => ({
          offset: firstOffset + BigInt(offsetDelta),
          record: {
            key,
            value,
            appendedAt: Number(byBroker ? maxTimestamp : firstTimestamp + timestampDelta),
          },
        })),
        // Compaction may have removed the last records of a batch: its end is passed all the same.
        { offset: firstOffset + BigInt(lastOffsetDelta) },
      ];
    },
  );
}

async function waitFor(waiters: Set<Waiter>, end: bigint, stopping: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const waiter: Waiter = { end, reached: resolve };
  const deadline = AbortSignal.any([stopping, AbortSignal.timeout(READ_DEADLINE_MILLIS)]);
  deadline.addEventListener('abort', () => reject(new Error('the end of the topic was not reached')));
  waiters.add(waiter);
  try {
    await promise;
  } finally {
    waiters.delete(waiter);
  }
}
