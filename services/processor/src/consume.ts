import { crashPoint } from '@suffrage/runtime/crash-point';
import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import { keepTrying, repeatEvery, type Sleep } from '@suffrage/runtime/wait';
import type { Consumer, ConsumerConfig, EachBatchPayload, KafkaMessage } from 'kafkajs';
import type { LogRecord } from './judge.ts';
import type { ProcessorMetrics } from './metrics.ts';
import type { BatchContext } from './process-batch.ts';
import { type PartitionWorker, type Step, takePartition } from './worker.ts';

const SESSION_TIMEOUT_MILLIS = 10_000;
const HEARTBEAT_MILLIS = 2_000;
const REBALANCE_TIMEOUT_MILLIS = 30_000;
const CHECK_POSITIONS_MILLIS = 5_000;
/** Added partitions are noticed after so long; with the client's default votes there would wait 5 minutes. */
const METADATA_MAX_AGE_MILLIS = 5_000;
const BATCH_MAX_RECORDS = 2_000;
/**
 * A fetch waits for so much, at most 400 ms: each batch costs a transaction of some eight statements, an offset commit and
 * a notice, whatever its size, and left to itself a fetch returns with the few records of one append.
 */
const FETCH_MIN_BYTES = 512 * 1024;
const FETCH_WAIT_MILLIS = 400;
const BATCH_MAX_BYTES = 4 * 1024 * 1024;

/** A member of the consumer group, as far as it is used here. */
export type VotesConsumer = Pick<
  Consumer,
  'connect' | 'subscribe' | 'run' | 'seek' | 'commitOffsets' | 'disconnect' | 'on' | 'events'
>;

type Options = {
  readonly kafka: { consumer(config: ConsumerConfig): VotesConsumer };
  readonly topic: string;
  readonly groupId: string;
  readonly concurrentPartitions: number;
  readonly contextOf: (partition: number) => BatchContext;
  readonly metrics: Pick<ProcessorMetrics, 'lagRecords' | 'interruptions'>;
  readonly log: Log;
  readonly sleep?: Sleep;
};

/** Partitions that this process holds at this moment, with the epoch it may write under. */
export type Owned = { partitions(): ReadonlyMap<number, bigint> };

/**
 * Consumes topic `votes` in a group. On each (re)join every partition we get is taken anew, and read from where
 * PostgreSQL says. kafkajs finishes the batches under way before it gives partitions up; a process that could not
 * (frozen, cut off) is stopped by the fence.
 */
export async function consumeVotes(options: Options, lifecycle: Lifecycle): Promise<Owned> {
  const { kafka, topic, log, metrics } = options;
  const consumer = kafka.consumer({
    groupId: options.groupId,
    sessionTimeout: SESSION_TIMEOUT_MILLIS,
    heartbeatInterval: HEARTBEAT_MILLIS,
    rebalanceTimeout: REBALANCE_TIMEOUT_MILLIS,
    maxBytesPerPartition: BATCH_MAX_BYTES,
    minBytes: FETCH_MIN_BYTES,
    maxWaitTimeInMs: FETCH_WAIT_MILLIS,
    metadataMaxAge: METADATA_MAX_AGE_MILLIS,
    retry: { retries: 20 },
  });
  const stopping = new AbortController();
  let generation = openGeneration();

  const take = (partition: number, from: Generation) => {
    const attempt = async () => {
      const worker = await takePartition({ ...options, partition, context: options.contextOf(partition) });
      crashPoint('during-rebalance');
      if (from === generation) {
        from.ready.set(partition, worker);
        consumer.seek({ topic, partition, offset: worker.nextOffset().toString() });
      }
      return worker;
    };
    const taking = keepTrying(`partition ${partition}`, log, attempt, stopping.signal, options.sleep);
    taking.catch(() => undefined);
    from.ready.delete(partition);
    from.workers.set(partition, taking);
  };

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    const mine = payload.memberAssignment[topic] ?? [];
    log.info({ partitions: mine }, 'partitions assigned');
    metrics.lagRecords.reset();
    generation = openGeneration();
    for (const partition of mine) take(partition, generation);
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) setImmediate(() => failWith(payload.error));
  });
  let stopChecks = async () => {};
  lifecycle.onClose('consumer', async () => {
    stopping.abort();
    await stopChecks();
    await consumer.disconnect();
  });
  const join = () => subscribe(consumer, topic);
  await keepTrying(`topic ${topic}`, log, join, stopping.signal, options.sleep);

  const eachBatch = async (payload: EachBatchPayload) => {
    const { partition, highWatermark } = payload.batch;
    const from = generation;
    crashPoint('after-poll');
    const worker = await from.workers.get(partition);
    if (!worker) return;
    const isCurrent = () => from === generation && payload.isRunning() && !payload.isStale();
    const step = await workThrough(payload, worker, isCurrent);
    // Still a member, and the partition still ours: only then may it be taken again from whoever took it.
    if (step.kind === 'retake' && from === generation) take(partition, from);
    if (step.kind === 'seek') consumer.seek({ topic, partition, offset: step.offset.toString() });
    metrics.lagRecords.set(
      { partition: String(partition) },
      Number(BigInt(highWatermark) - worker.nextOffset()),
    );
    // Only for the display of lag: PostgreSQL's position is where work resumes.
    const offset = worker.nextOffset().toString();
    if (step.kind !== 'done') return;
    crashPoint('after-redis-before-offset-commit');
    await consumer.commitOffsets([{ topic, partition, offset }]).catch(() => undefined);
  };
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: options.concurrentPartitions,
    eachBatch,
  });

  const checkPosition = async (worker: PartitionWorker, from: Generation) => {
    const { partition } = worker;
    const step = await worker.check();
    if (!step || from !== generation || from.ready.get(partition) !== worker) return;
    const offset = worker.nextOffset().toString();
    if (step.kind === 'seek') consumer.seek({ topic, partition, offset });
    if (step.kind !== 'retake') return;
    // Refused unless this is a member in the current generation, as a heartbeat would be.
    await consumer.commitOffsets([{ topic, partition, offset }]);
    if (from === generation) take(partition, from);
  };
  const checkPositions = async () => {
    const from = generation;
    const checks = [...from.ready.values()].map(worker =>
      checkPosition(worker, from).catch(error =>
        log.warn({ err: error, partition: worker.partition }, 'position could not be checked'),
      ),
    );
    await Promise.all(checks);
  };
  stopChecks = repeatEvery(CHECK_POSITIONS_MILLIS, checkPositions, options.sleep);
  return {
    partitions: () => new Map([...generation.ready].map(([partition, { epoch }]) => [partition, epoch])),
  };
}

/** What this process holds between two rebalances. */
type Generation = {
  readonly workers: Map<number, Promise<PartitionWorker>>;
  /** Those that have been taken. */
  readonly ready: Map<number, PartitionWorker>;
};

function openGeneration(): Generation {
  return { workers: new Map(), ready: new Map() };
}

async function subscribe(consumer: VotesConsumer, topic: string): Promise<void> {
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
}

function failWith(cause: Error): never {
  throw new Error('the consumer of votes crashed', { cause });
}

/** Accounts for a fetched batch, transaction by transaction, until something other than `done` comes up. */
async function workThrough(
  payload: EachBatchPayload,
  worker: PartitionWorker,
  isCurrent: () => boolean,
): Promise<Step> {
  const { batch, resolveOffset, heartbeat } = payload;
  for (const chunk of chunks(batch.messages)) {
    const step = await worker.work(chunk.map(toLogRecord), { heartbeat, isCurrent });
    if (step.kind === 'done') resolveOffset(chunk.at(-1)?.offset ?? batch.lastOffset());
    await heartbeat();
    if (step.kind !== 'done') return step;
  }
  return { kind: 'done', nextOffset: worker.nextOffset() };
}

function toLogRecord({ offset, timestamp, value, headers }: KafkaMessage): LogRecord {
  const record = { offset: BigInt(offset), timestamp: Number(timestamp), value };
  const traceparent = headers?.traceparent;
  return traceparent === undefined ? record : { ...record, traceparent: String(traceparent) };
}

/** Splits a fetched batch into transactions of at most 2,000 records and 4 MiB. */
function* chunks(messages: readonly KafkaMessage[]): Generator<readonly KafkaMessage[]> {
  let from = 0;
  let bytes = 0;
  for (const [place, { value }] of messages.entries()) {
    const size = value?.length ?? 0;
    if (place > from && (place - from >= BATCH_MAX_RECORDS || bytes + size > BATCH_MAX_BYTES)) {
      yield messages.slice(from, place);
      from = place;
      bytes = 0;
    }
    bytes += size;
  }
  if (from < messages.length) yield messages.slice(from);
}
