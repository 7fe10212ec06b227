import {
  createMetrics,
  LIFE_BUCKETS,
  type Metrics,
  register,
  REQUEST_BUCKETS,
} from '@suffrage/runtime/metrics';
import { Counter, Gauge, Histogram } from 'prom-client';

export type ProcessorMetrics = ReturnType<typeof createProcessorMetrics>;

export function createProcessorMetrics() {
  const metrics = createMetrics('processor');
  const registers = [metrics.registry];
  // Labels: outcome (counted, duplicate, older-revision, rejected, quarantined).
  const records = new Counter({
    name: 'suffrage_processor_records_total',
    help: 'Log records accounted for, by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  // Labels: reason (fenced, gap, database, fault).
  const interruptions = new Counter({
    name: 'suffrage_processor_interruptions_total',
    help: 'Times that a partition had to stop, seek or try again.',
    labelNames: ['reason'],
    registers,
  });
  // Prometheus sees no increase in a series that begins with 1, and alerts look at these.
  for (const outcome of ['counted', 'quarantined']) records.inc({ outcome }, 0);
  for (const reason of ['gap', 'database']) interruptions.inc({ reason }, 0);
  return {
    ...metrics,
    records,
    interruptions,
    /** No labels. */
    commitSeconds: new Histogram({
      name: 'suffrage_processor_commit_seconds',
      help: 'Time of one batch transaction, in seconds.',
      buckets: REQUEST_BUCKETS,
      registers,
    }),
    /** Labels: result (committed, fenced, refused, failed). */
    commits: new Counter({
      name: 'suffrage_processor_commits_total',
      help: 'Transactions by how they ended: another process held the partition, the database refused a vote, or it failed.',
      labelNames: ['result'],
      registers,
    }),
    /** No labels. */
    batchRecords: new Histogram({
      name: 'suffrage_processor_batch_records',
      help: 'Records per transaction that was tried.',
      buckets: [1, 5, 20, 50, 100, 200, 500, 1000, 2000],
      registers,
    }),
    /** By the record's own time, which is ingestion's clock at the append. No labels. */
    countedSeconds: new Histogram({
      name: 'suffrage_processor_accepted_to_counted_seconds',
      help: 'Time from the append of a vote until it was counted, in seconds.',
      buckets: LIFE_BUCKETS,
      registers,
    }),
    /** Labels: result (confirmed, refuted). */
    hints: new Counter({
      name: 'suffrage_processor_hints_total',
      help: 'Votes that Redis called counted, by what the database said.',
      labelNames: ['result'],
      registers,
    }),
    /** Labels: partition (number; bounded by the topic). */
    lagRecords: new Gauge({
      name: 'suffrage_processor_lag_records',
      help: 'Records on the log that are not accounted for yet, per partition of this process.',
      labelNames: ['partition'],
      registers,
    }),
    /** Labels: state (begun, done). */
    requeueRounds: new Counter({
      name: 'suffrage_processor_requeue_rounds_total',
      help: 'Times that this process has tried the votes again that its databases refused.',
      labelNames: ['state'],
      registers,
    }),
  };
}

type Observed = {
  readonly owned: { partitions(): ReadonlyMap<number, bigint> };
  readonly electionsAsOf: () => number;
  readonly clock: () => number;
};

/** What is read when Prometheus asks. */
export function observeProcessor({ registry }: Metrics, { owned, electionsAsOf, clock }: Observed): void {
  register(registry, [
    // No labels.
    new Gauge({
      name: 'suffrage_processor_partitions',
      help: 'Partitions that this process holds.',
      registers: [],
      collect() {
        this.set(owned.partitions().size);
      },
    }),
    // No labels.
    new Gauge({
      name: 'suffrage_processor_elections_age_seconds',
      help: 'How long ago topic elections was read to its end, in seconds; votes are decided on up to 10.',
      registers: [],
      collect() {
        this.set(Math.max(0, clock() - Math.max(0, electionsAsOf())) / 1000);
      },
    }),
  ]);
}
