import { createMetrics, type Metrics } from '@suffrage/runtime/metrics';
import { Counter } from 'prom-client';

export type WebMetrics = Metrics & {
  /** Connections that an upstream refused. Labels: upstream (ingestion, results, registrar). */
  readonly upstreamRefused: Counter<'upstream'>;
};

export function createWebMetrics(): WebMetrics {
  const metrics = createMetrics('web');
  const upstreamRefused = new Counter({
    name: 'suffrage_web_upstream_refused_total',
    help: 'Connections that an upstream refused; the next upstream was tried.',
    labelNames: ['upstream'],
    registers: [metrics.registry],
  });
  return { ...metrics, upstreamRefused };
}
