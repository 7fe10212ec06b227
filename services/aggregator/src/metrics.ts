import { LIFE_BUCKETS, type Metrics, register, REQUEST_BUCKETS } from '@suffrage/runtime/metrics';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { NewestSnapshots } from './newest.ts';
import { type Subscribers, transports } from './subscribers.ts';
import type { LogWatch, PartitionPosition } from './watch-log.ts';

export type AggregatorMetrics = {
  /** One per snapshot published on Redis. No labels. */
  readonly published: Counter;
  /** Readings of the tallies with what followed, also failed ones. No labels. */
  readonly roundSeconds: Histogram;
  /** No labels. */
  readonly roundFailures: Counter;
  /** One per notice of a processor, for the oldest vote that it told of. No labels. */
  readonly publishedSeconds: Histogram;
  /** No labels. */
  readonly replicaLag: Gauge;
  /** Labels: transport (sse, websocket, grpc). */
  readonly subscribersRefused: Counter<'transport'>;
};

export function createAggregatorMetrics({ registry }: Metrics): AggregatorMetrics {
  const registers = [registry];
  return {
    published: new Counter({
      name: 'suffrage_results_published_total',
      help: 'Snapshots that this replica published on Redis.',
      registers,
    }),
    roundSeconds: new Histogram({
      name: 'suffrage_results_round_seconds',
      help: 'Time to read the tallies of all shards, sum and publish them, in seconds.',
      buckets: REQUEST_BUCKETS,
      registers,
    }),
    roundFailures: new Counter({
      name: 'suffrage_results_round_failures_total',
      help: 'Rounds in which a database did not answer; the newest snapshots stayed.',
      registers,
    }),
    publishedSeconds: new Histogram({
      name: 'suffrage_results_accepted_to_published_seconds',
      help: 'Time from the append of the oldest vote of a counted batch until a snapshot with it was published, in seconds.',
      buckets: LIFE_BUCKETS,
      registers,
    }),
    replicaLag: new Gauge({
      name: 'suffrage_results_replica_lag_seconds',
      help: 'How far the slowest database replica that live views read is behind, in seconds; 0 when primaries are read.',
      registers,
    }),
    subscribersRefused: new Counter({
      name: 'suffrage_results_subscribers_refused_total',
      help: 'Streams and sockets refused because the limit was reached.',
      labelNames: ['transport'],
      registers,
    }),
  };
}

type Observed = {
  readonly newest: Pick<NewestSnapshots, 'oldestAsOf'>;
  readonly subscribers: Pick<Subscribers, 'count'>;
  readonly isElected: () => boolean;
  /** Milliseconds since an election should have been closed; 0 when none is late. */
  readonly closingOverdue: () => number;
  readonly clock: () => number;
};

/** What is read when Prometheus asks. */
export function observeState({ registry }: Metrics, observed: Observed): void {
  const { newest, subscribers, clock } = observed;
  register(registry, [
    // No labels.
    gauge(
      'suffrage_results_snapshot_age_seconds',
      'Age of the least recent of the newest snapshots, in seconds. 0 while there is none.',
      () => (clock() - (newest.oldestAsOf() ?? clock())) / 1000,
    ),
    // Labels: transport (sse, websocket, grpc).
    new Gauge({
      name: 'suffrage_results_subscribers',
      help: 'Open streams and sockets.',
      labelNames: ['transport'],
      registers: [],
      collect() {
        for (const transport of transports) this.set({ transport }, subscribers.count(transport));
      },
    }),
    // No labels.
    gauge(
      'suffrage_results_elected',
      '1 when this replica is the one that reads the tallies for all, else 0.',
      () => (observed.isElected() ? 1 : 0),
    ),
    // No labels.
    gauge(
      'suffrage_results_closing_overdue_seconds',
      'How long the closing of an election is overdue, in seconds: since 20 s after closesAt. 0 when none is.',
      () => observed.closingOverdue() / 1000,
    ),
  ]);
}

/** The log beside the databases, as this replica sees them: independent of the processors. Read when Prometheus asks. */
export function observeLog({ registry }: Metrics, watch: LogWatch, clock: () => number): void {
  register(registry, [
    ...positionGauges(watch),
    // No labels.
    gauge('suffrage_accepted_minus_accounted', 'Records on the log that have no outcome yet.', () =>
      sumOf(watch, ({ end, accounted }) => Math.max(0, end - accounted)),
    ),
    // No labels.
    gauge(
      'suffrage_accounted_beyond_log',
      'Records that have an outcome but are not on the log any more: anything but 0 means that the log has lost some.',
      () => sumOf(watch, ({ end, accounted }) => Math.max(0, accounted - end)),
    ),
    // Labels: state (all, under-replicated, below-minimum-in-sync).
    new Gauge({
      name: 'suffrage_log_partitions',
      help: 'Partitions of topic votes: all, those that miss a replica, those with fewer in-sync replicas than an append needs.',
      labelNames: ['state'],
      registers: [],
      collect() {
        const partitions = watch.partitions();
        const count = (state: 'underReplicated' | 'belowMinimum') =>
          partitions.filter(partition => partition[state]).length;
        this.set({ state: 'all' }, partitions.length);
        this.set({ state: 'under-replicated' }, count('underReplicated'));
        this.set({ state: 'below-minimum-in-sync' }, count('belowMinimum'));
      },
    }),
    // No labels.
    gauge(
      'suffrage_log_watch_age_seconds',
      'How long ago the positions of the log and of the databases were read, in seconds. Since the start while they never were.',
      () => (clock() - watch.readAt()) / 1000,
    ),
  ]);
}

function positionGauges(watch: LogWatch) {
  // Labels: partition (number; bounded by the topic).
  const perPartition = (name: string, help: string, read: (position: PartitionPosition) => number) =>
    new Gauge({
      name: `suffrage_log_${name}`,
      help,
      labelNames: ['partition'],
      registers: [],
      collect() {
        for (const position of watch.partitions())
          this.set({ partition: String(position.partition) }, read(position));
      },
    });
  return [
    perPartition('end_offset', 'Records that the partition of topic votes has had.', ({ end }) => end),
    perPartition(
      'accounted_offset',
      'Records of the partition that have an outcome.',
      ({ accounted }) => accounted,
    ),
    perPartition('lag_records', 'Records of the partition without an outcome.', ({ end, accounted }) =>
      Math.max(0, end - accounted),
    ),
    perPartition(
      'lag_seconds',
      'For how long the oldest record of the partition without an outcome has been seen on the log, in seconds.',
      ({ lagMillis }) => lagMillis / 1000,
    ),
  ];
}

function sumOf(watch: LogWatch, value: (position: PartitionPosition) => number): number {
  return watch.partitions().reduce((sum, position) => sum + value(position), 0);
}

function gauge(name: string, help: string, read: () => number) {
  return new Gauge({
    name,
    help,
    registers: [],
    collect() {
      this.set(read());
    },
  });
}
