import { setTimeout as sleep } from 'node:timers/promises';
import { Consumer, FetchIsolationLevels, ListOffsetTimestamps } from '@platformatic/kafka';
import type { PartitionRange } from './ranges.ts';

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
  close(): Promise<void>;
};

/** Hands over what one fetch has brought. */
export type Fetch = (onRecord: (record: LogRecord) => void) => void;

const STALLED_MILLIS = 30_000;
const PAUSE_MILLIS = 250;
const FETCH_WAIT_MILLIS = 500;
const FETCH_BYTES = 512 * 1024;

export function openLogReader(brokers: readonly string[]): LogReader {
  const consumer = new Consumer({
    clientId: 'suffrage-audit',
    // Required by the client, never joined.
    groupId: 'suffrage-audit',
    bootstrapBrokers: [...brokers],
    autocreateTopics: false,
    // High watermarks, not last stable offsets: a transaction on this topic would itself be a finding (a gap).
    isolationLevel: FetchIsolationLevels.READ_UNCOMMITTED,
    connectTimeout: 3_000,
    requestTimeout: 10_000,
    timeout: 5_000,
    retries: 4,
    retryDelay: PAUSE_MILLIS,
    metadataMaxAge: 60_000,
  });
  return {
    ranges: topic => rangesOf(consumer, topic),
    async read(topic, range, onRecord) {
      for await (const handOver of fetchRange(consumer, topic, range)) handOver(onRecord);
    },
    fetches: (topic, range) => fetchRange(consumer, topic, range),
    close: () => consumer.close(),
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

type FetchedPartition = Awaited<ReturnType<Consumer['fetch']>>['responses'][number]['partitions'][number];

/** What is still to be read of a partition. */
type Cursor = { readonly partition: number; next: number; readonly end: number };

async function* fetchRange(
  consumer: Consumer,
  topic: string,
  { partition, start, end }: PartitionRange,
): AsyncGenerator<Fetch, void> {
  const cursor: Cursor = { partition, next: start, end };
  // The client refreshes its metadata for the topics it tracks.
  consumer.topics.track(topic);
  let movedAt = Date.now();
  let fetching = fetchRound(consumer, topic, partition, start);
  while (cursor.next < end) {
    const { fetched, failure } = await fetching;
    const next = fetched ? nextOffset(fetched, cursor.next) : cursor.next;
    if (next > cursor.next) {
      // The brokers gather the next batches while these are looked at.
      if (next < end) fetching = fetchRound(consumer, topic, partition, next);
      if (fetched) yield onRecord => deliver(cursor, fetched, onRecord);
      // Whoever takes them may have taken long.
      movedAt = Date.now();
      cursor.next = next;
      continue;
    }
    if (Date.now() - movedAt > STALLED_MILLIS) {
      throw new Error(`topic ${topic}: no records for ${STALLED_MILLIS / 1000} s`, { cause: failure });
    }
    // A leader may have moved: ask anew, a little later.
    consumer.clearMetadata();
    await sleep(PAUSE_MILLIS);
    fetching = fetchRound(consumer, topic, partition, cursor.next);
  }
}

function nextOffset({ records: batches }: FetchedPartition, known: number): number {
  const last = batches?.at(-1);
  return last ? Math.max(known, Number(last.firstOffset) + last.lastOffsetDelta + 1) : known;
}

/** One fetch from the leader. What goes wrong is returned, to be tried again. */
async function fetchRound(
  consumer: Consumer,
  topic: string,
  partition: number,
  next: number,
): Promise<{ readonly fetched?: FetchedPartition | undefined; readonly failure?: unknown }> {
  try {
    const metadata = await consumer.metadata({ topics: [topic] });
    const found = metadata.topics.get(topic);
    if (!found) throw new Error(`the brokers know no topic ${topic}`);
    const response = await consumer.fetch({
      node: found.partitions[partition]?.leader ?? -1,
      topics: [{ topicId: found.id, partitions: [fetchedPartition(partition, next)] }],
      minBytes: 1,
      maxBytes: FETCH_BYTES,
      maxWaitTime: FETCH_WAIT_MILLIS,
    });
    return { fetched: response.responses[0]?.partitions[0] };
  } catch (failure) {
    return { failure };
  }
}

function fetchedPartition(partition: number, next: number) {
  return {
    partition,
    fetchOffset: BigInt(next),
    currentLeaderEpoch: -1,
    lastFetchedEpoch: -1,
    partitionMaxBytes: FETCH_BYTES,
  };
}

const CONTROL_BATCH = 1 << 5;
const LOG_APPEND_TIME = 1 << 3;

function deliver(
  cursor: Cursor,
  { records: batches }: FetchedPartition,
  onRecord: (record: LogRecord) => void,
): void {
  for (const batch of batches ?? []) {
    const control = (batch.attributes & CONTROL_BATCH) !== 0;
    for (const { offsetDelta, timestampDelta, key, value } of control ? [] : batch.records) {
      const offset = Number(batch.firstOffset) + offsetDelta;
      // A batch is delivered whole: its first records may be known, its last ones younger than the audit's start.
      if (offset < cursor.next || offset >= cursor.end) continue;
      const appendedByBroker = (batch.attributes & LOG_APPEND_TIME) !== 0;
      const castAt = Number(appendedByBroker ? batch.maxTimestamp : batch.firstTimestamp + timestampDelta);
      onRecord({ partition: cursor.partition, offset, castAt, key, value });
    }
    cursor.next = Math.max(cursor.next, Number(batch.firstOffset) + batch.lastOffsetDelta + 1);
  }
}
