import type { Metrics } from '@suffrage/runtime/metrics';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { NewestSnapshots } from './newest.ts';
import { type Subscribers, transports } from './subscribers.ts';

export type AggregatorMetrics = {
  /** One per snapshot published on Redis. No labels. */
  readonly published: Counter;
  /** Readings of the tallies with what followed, also failed ones. No labels. */
  readonly roundSeconds: Histogram;
  /** No labels. */
  readonly roundFailures: Counter;
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
      buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
      registers,
    }),
    roundFailures: new Counter({
      name: 'suffrage_results_round_failures_total',
      help: 'Rounds in which a database did not answer; the newest snapshots stayed.',
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
  readonly newest: NewestSnapshots;
  readonly subscribers: Subscribers;
  readonly isElected: () => boolean;
  readonly clock: () => number;
};

/** What is read when Prometheus asks. */
export function observeState(
  { registry }: Metrics,
  { newest, subscribers, isElected, clock }: Observed,
): void {
  const gauges = [
    new Gauge({
      name: 'suffrage_results_snapshot_age_seconds',
      help: 'Age of the least recent of the newest snapshots, in seconds. 0 while there is none.',
      registers: [],
      collect() {
        this.set((clock() - (newest.oldestAsOf() ?? clock())) / 1000);
      },
    }),
    new Gauge({
      name: 'suffrage_results_subscribers',
      help: 'Open streams and sockets.',
      labelNames: ['transport'],
      registers: [],
      collect() {
        for (const transport of transports) this.set({ transport }, subscribers.count(transport));
      },
    }),
    new Gauge({
      name: 'suffrage_results_elected',
      help: '1 when this replica is the one that reads the tallies for all, else 0.',
      registers: [],
      collect() {
        this.set(isElected() ? 1 : 0);
      },
    }),
  ];
  for (const gauge of gauges) registry.registerMetric(gauge);
}
