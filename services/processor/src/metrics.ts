import { createMetrics } from '@suffrage/runtime/metrics';
import { Counter, Gauge, Histogram } from 'prom-client';

export type ProcessorMetrics = ReturnType<typeof createProcessorMetrics>;

export function createProcessorMetrics() {
  const metrics = createMetrics('processor');
  const registers = [metrics.registry];
  return {
    ...metrics,
    /** Labels: outcome (counted, duplicate, older-revision, rejected, quarantined). */
    records: new Counter({
      name: 'suffrage_processor_records_total',
      help: 'Log records accounted for, by outcome.',
      labelNames: ['outcome'],
      registers,
    }),
    commitSeconds: new Histogram({
      name: 'suffrage_processor_commit_seconds',
      help: 'Time of one batch transaction, in seconds.',
      buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
      registers,
    }),
    /** Labels: partition. */
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
    /** Labels: reason (fenced, gap, database, fault). */
    interruptions: new Counter({
      name: 'suffrage_processor_interruptions_total',
      help: 'Times that a partition had to stop, seek or try again.',
      labelNames: ['reason'],
      registers,
    }),
  };
}
