import {
  createMetrics,
  type Metrics,
  type MetricsRegistry,
  observePools,
  register,
} from '@suffrage/runtime/metrics';
import type { Pool } from '@suffrage/runtime/postgres/pool';
import { Counter, Gauge } from 'prom-client';
import { listPending } from './transition-store.ts';
import { countErasureDue } from './voters/erasure-store.ts';

export const createRegistrarMetrics = (certificateFile?: string): Metrics =>
  createMetrics('registrar', certificateFile);

/** What is known of token requests. They change once a minute only (`voters/minute-counts.ts` says why). */
export function createTokenCounters(registry: MetricsRegistry) {
  const registers = [registry];
  return {
    /** Labels: outcome (given, or the code of the refusal). */
    requests: new Counter({
      name: 'suffrage_token_requests_total',
      help: 'Requests for tokens by what came of them, brought up to date once a minute.',
      labelNames: ['outcome'],
      registers,
    }),
    /** No labels. */
    failedOpen: new Counter({
      name: 'suffrage_rate_limits_failed_open_total',
      help: 'Requests that were not limited because Redis did not answer, brought up to date once a minute.',
      registers,
    }),
  };
}

type Observed = {
  readonly pool: Pool;
  readonly electionsAsOf: () => number;
  readonly retentionMillis: number;
  readonly clock: () => number;
};

/** What is read when Prometheus asks. Nothing of it depends on what a single voter does. */
export function observeRegistrar(
  metrics: Metrics,
  { pool, electionsAsOf, retentionMillis, clock }: Observed,
): void {
  observePools(metrics, { registrar: [pool] });
  register(metrics.registry, [
    // No labels.
    gauge(
      'schedule_overdue_seconds',
      'How long the record of an opening or a closing is overdue, in seconds; 0 when none is, NaN when the database does not tell.',
      async () => overdueMillis(await listPending(pool), clock()) / 1000,
    ),
    // No labels.
    gauge(
      'outbox_entries',
      'Changes of elections that topic elections has not been told; NaN when the database does not tell.',
      async () => {
        const { rows } = await pool.query<{ entries: string }>('select count(*) as entries from outbox');
        return Number(rows[0]?.entries);
      },
    ),
    // No labels.
    gauge(
      'erasure_due_elections',
      'Elections whose retention period is over and whose voters have not been erased; NaN when the database does not tell.',
      () => countErasureDue(pool, clock() - retentionMillis),
    ),
    // No labels.
    gauge(
      'elections_age_seconds',
      'How long ago topic elections was read to its end, in seconds.',
      async () => Math.max(0, clock() - Math.max(0, electionsAsOf())) / 1000,
    ),
  ]);
}

type Pending = { readonly opensAt: number | undefined; readonly closesAt: number | undefined };

function overdueMillis(pending: readonly Pending[], now: number): number {
  const due = pending.map(({ opensAt, closesAt }) => now - (opensAt ?? closesAt ?? now));
  return Math.max(0, ...due);
}

function gauge(name: string, help: string, read: () => Promise<number>) {
  return new Gauge({
    name: `suffrage_registrar_${name}`,
    help,
    registers: [],
    async collect() {
      this.set(await read().catch(() => Number.NaN));
    },
  });
}
