import { createMetrics } from '@suffrage/runtime/metrics';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export type IngestionMetrics = ReturnType<typeof createIngestionMetrics>;

export function createIngestionMetrics() {
  const metrics = createMetrics('ingestion');
  const registers = [metrics.registry];
  return {
    ...metrics,
    /** Labels: transport (rest, grpc), code (accepted, accepted-local or an error code). */
    votes: new Counter({
      name: 'suffrage_ingestion_votes_total',
      help: 'Votes answered, by transport and by what they were answered with.',
      labelNames: ['transport', 'code'],
      registers,
    }),
    /** From the parsed request to the signed receipt. */
    acknowledgeSeconds: new Histogram({
      name: 'suffrage_ingestion_acknowledge_seconds',
      help: 'Time from a readable vote to its receipt, in seconds.',
      buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
      registers,
    }),
    inFlight: new Gauge({
      name: 'suffrage_ingestion_in_flight_votes',
      help: 'Votes between their arrival and their answer.',
      registers,
    }),
    waitingVotes: new Gauge({
      name: 'suffrage_ingestion_waiting_votes',
      help: 'Votes that have arrived and were not looked at yet.',
      registers,
    }),
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
    localQueue: createLocalQueueMetrics(registers),
  };
}

function createLocalQueueMetrics(registers: Registry[]) {
  return {
    /** Labels: change (kept, replayed, sent-again, expired, full). */
    votes: new Counter({
      name: 'suffrage_ingestion_local_queue_votes_total',
      help: 'Votes that were kept on the disk, left it (replayed, sent again and confirmed, expired) or found it full.',
      labelNames: ['change'],
      registers,
    }),
    heldVotes: new Gauge({
      name: 'suffrage_ingestion_local_queue_votes',
      help: 'Votes on this disk only, not acknowledged.',
      registers,
    }),
    heldBytes: new Gauge({
      name: 'suffrage_ingestion_local_queue_bytes',
      help: 'Bytes of the votes on this disk, as held against the bound.',
      registers,
    }),
    oldestSeconds: new Gauge({
      name: 'suffrage_ingestion_local_queue_oldest_seconds',
      help: 'How long the oldest vote has been on this disk, in seconds; 0 when there is none.',
      registers,
    }),
  };
}
