import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Consumer, FetchIsolationLevels, Producer } from '@platformatic/kafka';
import type { Lifecycle } from '../lifecycle.ts';
import type { Log } from '../log.ts';
import { repeatEvery } from '../wait.ts';
import { brokersOf, type KafkaAccess } from './access.ts';

/** A topic of one partition that this process reads from its beginning and keeps reading. */
export type TopicFollower = {
  /**
   * Resolves when every record that was on the topic at the moment of this call has been delivered. Proven by a record
   * of our own (a *beat*) that every in-sync replica has taken and that came back: what a leader answers about its end
   * may be behind what it has appended already, and a leader that has been replaced does not know it.
   * @throws Error when the brokers don't answer, or after 10 s.
   */
  readToEnd(): Promise<void>;
  /** The topic is known as it was then: milliseconds of `clock`, `-Infinity` before the first proof. */
  completeAsOf(): number;
  /** The brokers' clock at this moment, or a little later: milliseconds since 1970. */
  brokersClock(): number;
};

export type FollowedRecord = {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** The record's timestamp, milliseconds since 1970. */
  readonly appendedAt: number;
};

type Options = {
  readonly access: KafkaAccess;
  readonly topic: string;
  /** Not told of beats. */
  readonly onRecord: (record: FollowedRecord) => void;
  readonly clock: () => number;
  readonly log: Log;
};

const BEAT = 'beat';
const ROUND_MILLIS = 1_000;
/** Without a record for so long somebody beats; everybody waits differently long, so that few do. */
const BEAT_AFTER_MILLIS = 2_000;
const BEAT_SPREAD_MILLIS = 2_000;
const READ_DEADLINE_MILLIS = 10_000;
const PAUSE_MILLIS = 250;
/** A record ends the wait, so a longer one only delays closing. */
const FETCH_WAIT_MILLIS = 500;
const FETCH_BYTES = 16 * 1024 * 1024;

/**
 * Starts following, in no consumer group: each process gets all records and needs no coordinator for it. Returns at
 * once and connects in the background.
 */
export function followTopic(
  { access, topic, onRecord, clock, log }: Options,
  lifecycle: Lifecycle,
): TopicFollower {
  const consumer = openConsumer(access, topic);
  const producer = openProducer(access, topic);
  const awaited = new Map<string, (appendedAt: number) => void>();
  const stopping = new AbortController();
  const beatAfter = BEAT_AFTER_MILLIS + Math.random() * BEAT_SPREAD_MILLIS;
  let position = 0n;
  let completeAsOf = Number.NEGATIVE_INFINITY;
  /** How far the brokers' clock is ahead of ours, at most; unknown before our first beat. */
  let ahead: number | undefined;
  let failing = false;

  const knownAsOf = (instant: number) => {
    completeAsOf = Math.max(completeAsOf, instant);
  };

  const deliver = (record: FollowedRecord) => {
    // Whoever wrote it: what was appended before it has been delivered.
    if (ahead !== undefined) knownAsOf(record.appendedAt - ahead);
    if (record.key?.toString() === BEAT) awaited.get(record.value?.toString() ?? '')?.(record.appendedAt);
    else onRecord(record);
  };

  const readNext = async () => {
    for (const { offset, record } of await fetchFrom(consumer, topic, position)) {
      if (offset < position) continue;
      if (record) deliver(record);
      position = offset + 1n;
    }
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

  const beat = async () => {
    const askedAt = clock();
    const before = position;
    const value = JSON.stringify({ kind: BEAT, id: randomUUID() });
    const { promise: cameBack, resolve } = Promise.withResolvers<number>();
    awaited.set(value, resolve);
    try {
      const offset = await append(producer, topic, value);
      if (offset < before) setImmediate(() => failWithNewTopic(topic));
      ahead = (await within(cameBack, stopping.signal)) - askedAt;
      knownAsOf(askedAt);
    } finally {
      awaited.delete(value);
    }
  };

  const readToEnd = oneAfterAnother(beat);
  const reading = readOn();
  const stopBeating = repeatEvery(ROUND_MILLIS, async () => {
    if (clock() - completeAsOf < beatAfter) return;
    await readToEnd().catch(error => {
      if (!failing && !stopping.signal.aborted)
        log.warn({ err: error, topic }, 'the end of the topic was not reached');
    });
  });
  lifecycle.onClose(`follower of ${topic}`, async () => {
    stopping.abort();
    await Promise.all([reading, stopBeating()]);
    await Promise.all([consumer.close(), producer.close()]);
  });
  return { readToEnd, completeAsOf: () => completeAsOf, brokersClock: () => clock() + (ahead ?? 0) };
}

/** Calls that come while one is under way share the next. */
function oneAfterAnother(work: () => Promise<void>): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    next ??= last
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        last = work();
        return last;
      });
    return next;
  };
}

function failWithNewTopic(topic: string): never {
  throw new Error(`topic ${topic} is not the one that this process has read: it was made anew`);
}

/** Repeats go through the bootstrap brokers in turn: one that hangs must not keep us from the others. */
const CLIENT = {
  connectTimeout: 2_000,
  requestTimeout: 2_000,
  timeout: 2_000,
  retries: 2,
  retryDelay: 100,
  metadataMaxAge: 60_000,
  autocreateTopics: false,
};

function openConsumer(access: KafkaAccess, topic: string): Consumer {
  const consumer = new Consumer({
    ...CLIENT,
    clientId: `suffrage-follower-${topic}`,
    // Required by the client, never joined.
    groupId: `${topic}-follower`,
    ...brokersOf(access),
    isolationLevel: FetchIsolationLevels.READ_UNCOMMITTED,
  });
  // The client refreshes its metadata for the topics it tracks.
  consumer.topics.track(topic);
  return consumer;
}

/** Repeats do no harm here. */
function openProducer(access: KafkaAccess, topic: string): Producer {
  return new Producer({ ...CLIENT, clientId: `suffrage-beat-${topic}`, ...brokersOf(access) });
}

/** Resolves with the offset once every in-sync replica has the record. */
async function append(producer: Producer, topic: string, value: string): Promise<bigint> {
  const message = { topic, partition: 0, key: Buffer.from(BEAT), value: Buffer.from(value) };
  try {
    const { offsets } = await producer.send({ acks: -1, messages: [message] });
    const offset = offsets?.[0]?.offset;
    if (offset === undefined) throw new Error('the broker confirmed a record without saying where');
    return offset;
  } catch (error) {
    producer.clearMetadata();
    throw error;
  }
}

/** A record, or only the end of a batch. */
type Fetched = { readonly offset: bigint; readonly record?: FollowedRecord };

const CONTROL_BATCH = 1 << 5;
const LOG_APPEND_TIME = 1 << 3;

/** What follows `position`, waiting for it up to 500 ms. Each batch ends with an entry for its end. */
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

async function within<T>(result: Promise<T>, stopping: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const deadline = AbortSignal.any([stopping, AbortSignal.timeout(READ_DEADLINE_MILLIS)]);
  deadline.addEventListener('abort', () => reject(new Error('the end of the topic was not reached')));
  return Promise.race([result, aborted]);
}
