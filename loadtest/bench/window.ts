import { setTimeout as sleep } from 'node:timers/promises';
import type { Load, LoadResult } from './open-loop.ts';
import { cpuMicros, memoryMiB, perVote, round, topicBytes } from './processes.ts';
import type { Quantiles } from './quantiles.ts';
import type { Stage } from './run.ts';
import type { Transport } from './senders.ts';
import { drained, startWatch } from './watch.ts';
import type { World } from './world.ts';

/** A stretch of load through the whole path, and what it cost. Times in milliseconds. */
export type Window = Omit<LoadResult, 'samples'> & {
  readonly rate: number;
  readonly duplicates: number;
  readonly acceptedPerSecond: number;
  /** Until the last was counted; a second after the last was sent is no delay. */
  readonly countedPerSecond: number;
  readonly counted: number;
  readonly acknowledgedToCountedMillis: Quantiles;
  readonly acknowledgedToPublishedMillis: Quantiles;
  /** By process, until the last vote was counted. */
  readonly cpuMicrosPerVote: Readonly<Record<string, number>>;
  readonly memoryMiB: Readonly<Record<string, number>>;
  readonly logBytesPerVote: number;
  readonly walBytesPerVote: number;
};

export type Stretch = Pick<Load, 'rate' | 'seconds' | 'duplicates' | 'castAgainWithin'>;

const SAMPLES_PER_SECOND = 100;
/** So long at most votes that are counted are waited for until they are published. */
const PUBLISH_MILLIS = 2_500;
const LOOK_MILLIS = 50;
/** Seconds that a vote may be counted after its acknowledgement although the processor keeps up: fetches wait up to 0.4 s. */
const COUNTED_LATER = 1;

export async function measureWindow(stage: Stage, transport: Transport, load: Stretch): Promise<Window> {
  const { world, client, cast, votes } = stage;
  const pids = { client: client.pid, ...world.pids };
  const countedBefore = await drained(world);
  const watch = startWatch(world, votes.election.definition.id);
  const before = { cpu: cpuMicros(pids), log: logBytes(world), wal: await walPosition(world) };
  const sampleEvery = Math.max(1, Math.round(load.rate / SAMPLES_PER_SECOND));
  const begun = performance.now();
  const castAndCount = async () => {
    try {
      const result = await cast(transport, { ...load, sampleEvery });
      const counted = (await drained(world)) - countedBefore;
      const countedAfter = (performance.now() - begun) / 1000;
      const after = { cpu: cpuMicros(pids), log: logBytes(world), wal: await walPosition(world) };
      const memory = memoryMiB(pids);
      const deadline = performance.now() + PUBLISH_MILLIS;
      while (watch.unpublished(result.samples) > 0 && performance.now() < deadline) await sleep(LOOK_MILLIS);
      return { result, counted, countedAfter, after, memory };
    } finally {
      // A watch that goes on ends the whole run when the database is taken down.
      await watch.stop();
    }
  };
  const { result, counted, countedAfter, after, memory } = await castAndCount();
  const { samples, ...figures } = result;
  const delays = watch.delays(samples);
  return {
    ...figures,
    rate: load.rate,
    duplicates: load.duplicates,
    acceptedPerSecond: round(result.acceptedInTime / load.seconds),
    countedPerSecond: round(counted / Math.max(load.seconds, countedAfter - COUNTED_LATER)),
    counted,
    acknowledgedToCountedMillis: delays.counted,
    acknowledgedToPublishedMillis: delays.published,
    cpuMicrosPerVote: perVote(before.cpu, after.cpu, counted),
    memoryMiB: memory,
    logBytesPerVote: round((after.log - before.log) / Math.max(1, result.accepted)),
    walBytesPerVote: round((after.wal - before.wal) / Math.max(1, counted)),
  };
}

function logBytes({ infrastructure, topics }: World): number {
  return topicBytes(infrastructure.dataDirectory, topics.votes);
}

/** Bytes that PostgreSQL has written ahead since its beginning; the path's own, where nothing else writes. */
async function walPosition({ pool }: World): Promise<number> {
  const { rows } = await pool.query<{ bytes: string }>(
    `select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') as bytes`,
  );
  return Number(rows[0]?.bytes);
}
