import { type Closing, electionsKey, type TopicNames } from '@suffrage/contracts/topics';
import type { TopicFollower } from '@suffrage/runtime/kafka/follow-topic';
import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import type { Pool } from '@suffrage/runtime/postgres/pool';
import { repeatEvery } from '@suffrage/runtime/wait';
import { type Admin, type Kafka, Partitioners } from 'kafkajs';
import type { Elections, KnownElection } from './elections.ts';
import { readProgress } from './read-tallies.ts';
import type { Progress } from './snapshot.ts';

/** After this time the brokers' 15 s limit for old timestamps and 5 s for clocks that differ are over. */
export const SETTLE_MILLIS = 20_000;

const ROUND_MILLIS = 1_000;

type Options = {
  readonly kafka: Kafka;
  readonly topics: TopicNames;
  readonly pools: readonly Pool[];
  readonly elections: Elections;
  readonly follower: TopicFollower;
  readonly isElected: () => boolean;
  readonly log: Log;
};

/**
 * Closes elections, on the elected replica: once `closesAt` is 20 s past, asks for the end of every partition of
 * `votes`, waits until the processors have reached all of them, and says so on topic `elections`. Saying it twice, from
 * two replicas or after a crash, does no harm.
 */
export function startClosing(options: Options, lifecycle: Lifecycle): void {
  const { kafka, topics, pools, elections, follower, isElected, log } = options;
  const endsOf = new Map<string, readonly number[]>();
  const announced = new Set<string>();
  let failing = false;

  const close = async (election: KnownElection) => {
    // The definition that can't be read may have moved closesAt.
    if (!election.current)
      throw new Error('the newest definition of the election is not readable by this version');
    const key = closingKey(election);
    const ends = endsOf.get(key) ?? (await readEnds(kafka, topics.votes));
    if (!ends) return;
    endsOf.set(key, ends);
    if (!hasReached(ends, await readProgress(pools), topics.votes)) return;
    await announce(kafka, topics.elections, closingOf(election, ends));
    announced.add(key);
    endsOf.delete(key);
    log.info({ electionId: election.definition.id, endOffsets: ends }, 'closing published');
  };

  const round = async () => {
    if (!isElected()) return;
    const due = elections.all().filter(known => isToBeClosed(known, follower.completeAsOf()));
    const open = due.filter(known => !announced.has(closingKey(known)));
    const failures: unknown[] = [];
    for (const election of open) await close(election).catch(error => failures.push(error));
    if (failures.length > 0 && !failing) log.warn({ err: failures[0] }, 'an election can not be closed yet');
    failing = failures.length > 0;
  };

  const stop = repeatEvery(ROUND_MILLIS, round);
  lifecycle.onClose('closing', stop);
}

/**
 * Whether `closesAt` is final and 20 s past. Judged by when topic `elections` was last read to its end, not by the clock
 * alone: an extension that is on the topic must have arrived here.
 */
export function isToBeClosed(
  election: Pick<KnownElection, 'closed' | 'closesAt'>,
  completeAsOf: number,
): boolean {
  return !election.closed && completeAsOf >= election.closesAt + SETTLE_MILLIS;
}

/** For how long the latest of them should have been closed, in milliseconds; 0 when none is late. */
export function closingOverdueMillis(
  elections: readonly Pick<KnownElection, 'closed' | 'closesAt'>[],
  now: number,
): number {
  const late = elections
    .filter(({ closed }) => !closed)
    .map(({ closesAt }) => now - closesAt - SETTLE_MILLIS);
  return Math.max(0, ...late);
}

/** Whether every partition's work has got to its end offset. A partition without a row has not begun. */
export function hasReached(ends: readonly number[], progress: readonly Progress[], topic: string): boolean {
  return ends.every((end, partition) => {
    const rows = progress.filter(row => row.topic === topic && row.partition === partition);
    return Math.max(0, ...rows.map(row => row.nextOffset)) >= end;
  });
}

export type PartitionState = {
  readonly partitionId: number;
  readonly replicas: number[];
  readonly isr: number[];
};

/**
 * A partition with a single in-sync replica (of several) may hold records that no reader sees yet and that appear when
 * another replica is back: its end is not to be relied on.
 */
export function isSettled({ replicas, isr }: PartitionState): boolean {
  return isr.length >= Math.min(2, replicas.length);
}

/** Indexed by partition. `undefined` while the end of any partition is not to be relied on. */
async function readEnds(kafka: Kafka, topic: string): Promise<readonly number[] | undefined> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await settledEnds(admin, topic);
  } finally {
    await admin.disconnect();
  }
}

async function settledEnds(admin: Admin, topic: string): Promise<readonly number[] | undefined> {
  const metadata = await admin.fetchTopicMetadata({ topics: [topic] });
  const partitions = metadata.topics.flatMap(found => found.partitions);
  const offsets = await admin.fetchTopicOffsets(topic);
  if (partitions.length === 0 || !partitions.every(isSettled)) return undefined;
  return offsets.toSorted((a, b) => a.partition - b.partition).map(({ high }) => Number(high));
}

function closingKey({ definition, closesAt }: KnownElection): string {
  return `${definition.id} ${closesAt}`;
}

function closingOf({ definition }: KnownElection, ends: readonly number[]): Closing {
  return { kind: 'closing', electionId: definition.id, closesAt: definition.closesAt, endOffsets: [...ends] };
}

/** When it resolves, the message is on every in-sync replica. A connection for one message: this happens once. */
async function announce(kafka: Kafka, topic: string, closing: Closing): Promise<void> {
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
    // Repeats are harmless here, and the client's idempotent mode is not to be trusted (docs/design/dependencies.md).
    idempotent: false,
  });
  await producer.connect();
  try {
    await producer.send({
      topic,
      acks: -1,
      timeout: 5_000,
      messages: [{ key: electionsKey(closing), value: JSON.stringify(closing) }],
    });
  } finally {
    await producer.disconnect();
  }
}
