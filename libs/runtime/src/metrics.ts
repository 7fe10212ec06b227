import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** What every service measures; a service adds its own in its `metrics.ts`. */
export type Metrics = {
  readonly registry: Registry;
  /** Labels: route (template), method, status. */
  readonly httpRequestSeconds: Histogram<'route' | 'method' | 'status'>;
};

/** How often the event loop's delay is measured: the library's 10 ms cost 3 ms of CPU a second, these 0.5 ms. */
const EVENT_LOOP_MILLIS = 100;

export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_MILLIS });
  const httpRequestSeconds = new Histogram({
    name: 'suffrage_http_request_seconds',
    help: 'Time from the request to the end of its answer, in seconds.',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
    registers: [registry],
  });
  return { registry, httpRequestSeconds };
}
