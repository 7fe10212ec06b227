import { setTimeout as sleep } from 'node:timers/promises';
import { Consumer, ListOffsetTimestamps } from '@platformatic/kafka';
import { kafkaEncryption } from './encryption.ts';
import { type BatchFetcher, type FetchedBatches, openBatchFetcher } from './fetch-batches.ts';
import type { PartitionRange } from './ranges.ts';
import { readBatches } from './read-batches.ts';

export type LogRecord = {
  readonly partition: number;
  readonly offset: number;
  /** The record's timestamp, milliseconds since 1970. */
  readonly castAt: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
};

/** Reads topics from their first record, in no consumer group: it leaves nothing behind on the brokers. */
export type LogReader = {
  /** Log start and high watermark of each partition, at this moment. */
  ranges(topic: string): Promise<readonly PartitionRange[]>;
  /**
   * Hands over every record of a range in the order of its offsets, and resolves when its end is reached.
   * @throws Error when the brokers deliver nothing for 30 s.
   */
  read(topic: string, range: PartitionRange, onRecord: (record: LogRecord) => void): Promise<void>;
  /** The same, fetch by fetch, at the pace of whoever takes them. */
  fetches(topic: string, range: PartitionRange): AsyncGenerator<Fetch, void>;
  /** The same as batches; their memory is used again once the next ones are asked for. */
  batches(topic: string, range: PartitionRange): AsyncGenerator<FetchedBatches, void>;
  close(): Promise<void>;
};

/** Hands over what one fetch has brought. */
export type Fetch = (onRecord: (record: LogRecord) => void) => void;

const STALLED_MILLIS = 30_000;
const PAUSE_MILLIS = 250;

export function openLogReader(brokers: readonly string[]): LogReader {
  const consumer = new Consumer({
    clientId: 'suffrage-audit',
    // Required by the client, never joined.
    groupId: 'suffrage-audit',
    bootstrapBrokers: [...brokers],
    ...kafkaEncryption(),
    autocreateTopics: false,
    connectTimeout: 3_000,
    requestTimeout: 10_000,
    timeout: 5_000,
    retries: 4,
    retryDelay: PAUSE_MILLIS,
    metadataMaxAge: 60_000,
  });
  const fetcher = openBatchFetcher(consumer);
  const batches = (topic: string, range: PartitionRange) => fetchRange(consumer, fetcher, topic, range);
  async function* fetches(topic: string, range: PartitionRange): AsyncGenerator<Fetch, void> {
    for await (const { bytes } of batches(topic, range)) yield onRecord => deliver(bytes, range, onRecord);
  }
  return {
    ranges: topic => rangesOf(consumer, topic),
    async read(topic, range, onRecord) {
      for await (const { bytes } of batches(topic, range)) deliver(bytes, range, onRecord);
    },
    fetches,
    batches,
    async close() {
      fetcher.close();
      await consumer.close();
    },
  };
}

async function rangesOf(consumer: Consumer, topic: string): Promise<PartitionRange[]> {
  const topics = [topic];
  const starts = await consumer.listOffsets({ topics, timestamp: ListOffsetTimestamps.EARLIEST });
  const ends = await consumer.listOffsets({ topics, timestamp: ListOffsetTimestamps.LATEST });
  return (ends.get(topic) ?? []).map((end, partition) => ({
    partition,
    start: Number(starts.get(topic)?.[partition] ?? 0n),
    end: Number(end),
  }));
}

async function* fetchRange(
  consumer: Consumer,
  fetcher: BatchFetcher,
  topic: string,
  { partition, start, end }: PartitionRange,
): AsyncGenerator<FetchedBatches, void> {
  // The client refreshes its metadata for the topics it tracks.
  consumer.topics.track(topic);
  let next = start;
  let movedAt = Date.now();
  let fetching = fetchOnce(fetcher, topic, partition, next);
  while (next < end) {
    const { fetched, failure } = await fetching;
    const reached = Math.max(next, fetched?.batches.at(-1)?.next ?? next);
    if (fetched && reached > next) {
      next = reached;
      // The brokers gather the next batches while these are looked at.
      if (next < end) fetching = fetchOnce(fetcher, topic, partition, next);
      yield fetched;
      // Whoever takes them may have taken long.
      movedAt = Date.now();
      continue;
    }
    if (Date.now() - movedAt > STALLED_MILLIS) {
      throw new Error(`topic ${topic}: no records for ${STALLED_MILLIS / 1000} s`, { cause: failure });
    }
    // A leader may have moved: ask anew, a little later.
    consumer.clearMetadata();
    await sleep(PAUSE_MILLIS);
    fetching = fetchOnce(fetcher, topic, partition, next);
  }
}

/** What goes wrong is returned, to be tried again. */
async function fetchOnce(
  fetcher: BatchFetcher,
  topic: string,
  partition: number,
  next: number,
): Promise<{ readonly fetched?: FetchedBatches; readonly failure?: unknown }> {
  try {
    return { fetched: await fetcher.fetch(topic, partition, next) };
  } catch (failure) {
    return { failure };
  }
}

function deliver(bytes: Uint8Array, range: PartitionRange, onRecord: (record: LogRecord) => void): void {
  // A copy: whoever takes records may keep them.
  const all = Buffer.from(bytes);
  const view = (at: number, length: number) => (length < 0 ? null : all.subarray(at, at + length));
  readBatches(all, range, ({ offset, castAt, keyAt, keyLength, valueAt, valueLength }) =>
    onRecord({
      partition: range.partition,
      offset,
      castAt,
      key: view(keyAt, keyLength),
      value: view(valueAt, valueLength),
    }),
  );
}
