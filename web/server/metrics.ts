import { createMetrics, type Metrics } from '@suffrage/runtime/metrics';
import { Counter } from 'prom-client';

export type WebMetrics = Metrics & {
  /** Connections that an upstream refused. Labels: upstream (ingestion, results, registrar). */
  readonly upstreamRefused: Counter<'upstream'>;
  /** Errors that browsers report. Labels: kind (error, rejection, part, policy), view (name of a view of the page). */
  readonly pageErrors: Counter<'kind' | 'view'>;
};

export function createWebMetrics(certificateFile?: string): WebMetrics {
  const metrics = createMetrics('web', certificateFile);
  // Labels: upstream (ingestion, results, registrar).
  const upstreamRefused = new Counter({
    name: 'suffrage_web_upstream_refused_total',
    help: 'Connections that an upstream refused; the next upstream was tried.',
    labelNames: ['upstream'],
    registers: [metrics.registry],
  });
  // Labels: kind (error, rejection, part, policy), view (name of a view of the page).
  const pageErrors = new Counter({
    name: 'suffrage_web_page_errors_total',
    help: 'Errors of the page in browsers, as they report them: at most 20 a second are counted.',
    labelNames: ['kind', 'view'],
    registers: [metrics.registry],
  });
  return { ...metrics, upstreamRefused, pageErrors };
}
