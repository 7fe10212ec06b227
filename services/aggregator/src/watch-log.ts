import { keepAdmin } from '@suffrage/runtime/kafka/keep-admin';
import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import type { Pool } from '@suffrage/runtime/postgres/pool';
import { repeatEvery } from '@suffrage/runtime/wait';
import type { Admin, Kafka } from 'kafkajs';
import { isSettled } from './closing.ts';
import { createLagClock, type LagClock } from './lag-clock.ts';
import { readProgress } from './read-tallies.ts';

export type PartitionPosition = {
  readonly partition: number;
  /** Where the log ends. */
  readonly end: number;
  /** Up to where every record has an outcome. */
  readonly accounted: number;
  readonly lagMillis: number;
  readonly underReplicated: boolean;
  readonly belowMinimum: boolean;
};

/** Topic `votes` and the databases side by side, seen from outside the processors: it tells the lag also when none lives. */
export type LogWatch = {
  /** As read last; the lag goes on by the clock. */
  partitions(): readonly PartitionPosition[];
  /** Milliseconds since 1970: when both were read last. */
  readAt(): number;
};

type Options = {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly pools: readonly Pool[];
  readonly clock: () => number;
  readonly log: Log;
};

const ROUND_MILLIS = 2_000;

type Known = Omit<PartitionPosition, 'lagMillis'> & { readonly lag: LagClock };

/** Looks every 2 s. A database that does not answer leaves its positions as they were, so its lag grows. */
export function watchLog({ kafka, topic, pools, clock, log }: Options, lifecycle: Lifecycle): LogWatch {
  const known = new Map<number, Known>();
  let readAt = clock();
  let failing = false;

  const withAdmin = keepAdmin(kafka, 'log watch admin', lifecycle);
  const round = async () => {
    // Positions first: they can't be beyond an end that is asked for afterwards.
    const accounted = await readAccounted(pools, topic);
    const at = clock();
    const described = await withAdmin(admin => describe(admin, topic));
    for (const { partition, ...state } of described) {
      const before = known.get(partition);
      const lag = before?.lag ?? createLagClock();
      lag.see(state.end, at);
      known.set(partition, {
        partition,
        ...state,
        accounted: accounted?.get(partition) ?? before?.accounted ?? 0,
        lag,
      });
    }
    if (accounted) readAt = at;
  };
  const look = async () => {
    try {
      await round();
      failing = false;
    } catch (error) {
      if (!failing) log.warn({ err: error }, 'the ends of the log can not be read; the lag shown is old');
      failing = true;
    }
  };
  lifecycle.onClose('log watch', repeatEvery(ROUND_MILLIS, look));
  return {
    readAt: () => readAt,
    partitions: () =>
      [...known.values()].map(({ lag, ...position }) => ({
        ...position,
        lagMillis: lag.lagMillis(position.accounted, clock()),
      })),
  };
}

/** `undefined` when a database does not answer. */
async function readAccounted(
  pools: readonly Pool[],
  topic: string,
): Promise<ReadonlyMap<number, number> | undefined> {
  const rows = await readProgress(pools).catch(() => undefined);
  return rows && new Map(rows.filter(row => row.topic === topic).map(row => [row.partition, row.nextOffset]));
}

async function describe(admin: Admin, topic: string) {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const states = new Map(topics.flatMap(found => found.partitions).map(state => [state.partitionId, state]));
  const offsets = await admin.fetchTopicOffsets(topic);
  return offsets.map(({ partition, high }) => {
    const state = states.get(partition);
    return {
      partition,
      end: Number(high),
      underReplicated: state !== undefined && state.isr.length < state.replicas.length,
      belowMinimum: state !== undefined && !isSettled(state),
    };
  });
}
