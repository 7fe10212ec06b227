import {
  createMetrics,
  type Metrics,
  type MetricsRegistry,
  register,
  REQUEST_BUCKETS,
} from '@suffrage/runtime/metrics';
import { Counter, Gauge, Histogram } from 'prom-client';

export type IngestionMetrics = ReturnType<typeof createIngestionMetrics>;

/** No fault of the client: what the objective of acknowledging counts as missed. */
const MISSED = [
  'not-ready',
  'overloaded',
  'log-unavailable',
  'outcome-unknown',
  'internal',
  'accepted-local',
];

export function createIngestionMetrics(certificateFile?: string) {
  const metrics = createMetrics('ingestion', certificateFile);
  const registers = [metrics.registry];
  // Labels: transport (rest, grpc), code (accepted, accepted-local or an error code).
  const votes = new Counter({
    name: 'suffrage_ingestion_votes_total',
    help: 'Votes answered, by transport and by what they were answered with.',
    labelNames: ['transport', 'code'],
    registers,
  });
  // Prometheus sees no increase in a series that begins with 1.
  for (const transport of ['rest', 'grpc'])
    for (const code of ['accepted', ...MISSED]) votes.inc({ transport, code }, 0);
  return {
    ...metrics,
    votes,
    /** From the parsed request to the signed receipt. Exemplars: trace_id, of a vote that is traced. No labels. */
    acknowledgeSeconds: new Histogram({
      name: 'suffrage_ingestion_acknowledge_seconds',
      help: 'Time from a readable vote to its receipt, in seconds.',
      buckets: REQUEST_BUCKETS,
      enableExemplars: true,
      registers,
    }),
    /** No labels. */
    waitingVotes: new Gauge({
      name: 'suffrage_ingestion_waiting_votes',
      help: 'Votes that have arrived and were not looked at yet.',
      registers,
    }),
    /** No labels. */
    batchVotes: new Histogram({
      name: 'suffrage_ingestion_batch_votes',
      help: 'Votes per appended batch.',
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
      registers,
    }),
    /** Labels: result (confirmed, hedged, failed). */
    batches: new Counter({
      name: 'suffrage_ingestion_batches_total',
      help: 'Batches handed to the log: confirmed at once, after a second append, or not confirmed in time.',
      labelNames: ['result'],
      registers,
    }),
    /** Labels: result (confirmed, hedged, failed). */
    appendSeconds: new Histogram({
      name: 'suffrage_ingestion_append_seconds',
      help: 'Time from handing a batch to the log until its confirmation, or until it was given up, in seconds.',
      labelNames: ['result'],
      buckets: REQUEST_BUCKETS,
      registers,
    }),
    /** Labels: reason (not-enough-replicas, not-leader, timed-out, time-refused, connection, other). */
    appendErrors: new Counter({
      name: 'suffrage_ingestion_append_errors_total',
      help: 'Sends that the client of the log gave up after its own retries, by reason.',
      labelNames: ['reason'],
      registers,
    }),
    /** Failover: from the first batch that was not confirmed to the next confirmation. No labels. */
    outageSeconds: new Histogram({
      name: 'suffrage_ingestion_outage_seconds',
      help: 'How long a lane confirmed nothing although it tried, observed when it is over, in seconds.',
      buckets: [1, 2, 5, 10, 30, 60, 300],
      registers,
    }),
    localQueue: createLocalQueueMetrics(registers),
  };
}

type Observed = {
  readonly log: {
    waiting(): { readonly votes: number; readonly oldestMillis: number; readonly failingMillis: number };
  };
  readonly layout: {
    isReachable(): boolean;
    health(): { readonly led: number; readonly leaderless: number; readonly belowMinimum: number };
  };
  readonly inFlight: () => number;
  readonly electionsAsOf: () => number;
  readonly clock: () => number;
};

/** What is read when Prometheus asks. */
export function observeIngestion(
  { registry }: Metrics,
  { log, layout, inFlight, electionsAsOf, clock }: Observed,
): void {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `suffrage_ingestion_${name}`,
      help,
      registers: [],
      collect() {
        this.set(read());
      },
    });
  register(registry, [
    // No labels.
    gauge('in_flight_votes', 'Votes between their arrival and their answer.', inFlight),
    // No labels.
    gauge('unbatched_votes', 'Votes that wait for their batch.', () => log.waiting().votes),
    // No labels.
    gauge(
      'unbatched_oldest_seconds',
      'How long the oldest vote has waited for its batch, in seconds; 0 when none waits.',
      () => log.waiting().oldestMillis / 1000,
    ),
    // No labels.
    gauge(
      'failing_seconds',
      'For how long the worst lane has confirmed nothing although it tried, in seconds; 0 after a confirmation.',
      () => log.waiting().failingMillis / 1000,
    ),
    // No labels.
    gauge('log_reachable', '1 while the brokers answer, else 0.', () => (layout.isReachable() ? 1 : 0)),
    // No labels.
    gauge(
      'elections_age_seconds',
      'How long ago topic elections was read to its end, in seconds; votes are accepted up to 10.',
      () => Math.max(0, clock() - Math.max(0, electionsAsOf())) / 1000,
    ),
    // Labels: state (led, leaderless, below-minimum-in-sync).
    new Gauge({
      name: 'suffrage_ingestion_partitions',
      help: 'Partitions of topic votes as the producers see them: with a leader, without one, with fewer in-sync replicas than an append needs.',
      labelNames: ['state'],
      registers: [],
      collect() {
        const { led, leaderless, belowMinimum } = layout.health();
        this.set({ state: 'led' }, led);
        this.set({ state: 'leaderless' }, leaderless);
        this.set({ state: 'below-minimum-in-sync' }, belowMinimum);
      },
    }),
  ]);
}

function createLocalQueueMetrics(registers: MetricsRegistry[]) {
  // Labels: change (kept, replayed, sent-again, expired, full).
  const votes = new Counter({
    name: 'suffrage_ingestion_local_queue_votes_total',
    help: 'Votes that were kept on the disk, left it (replayed, sent again and confirmed, expired) or found it full.',
    labelNames: ['change'],
    registers,
  });
  votes.inc({ change: 'expired' }, 0);
  return {
    votes,
    /** No labels. */
    heldVotes: new Gauge({
      name: 'suffrage_ingestion_local_queue_held_votes',
      help: 'Votes on this disk only, not acknowledged.',
      registers,
    }),
    /** No labels. */
    heldBytes: new Gauge({
      name: 'suffrage_ingestion_local_queue_bytes',
      help: 'Bytes of the votes on this disk, as held against the bound.',
      registers,
    }),
    /** No labels. */
    oldestSeconds: new Gauge({
      name: 'suffrage_ingestion_local_queue_oldest_seconds',
      help: 'How long the oldest vote has been on this disk, in seconds; 0 when there is none.',
      registers,
    }),
  };
}
