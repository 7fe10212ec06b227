import {
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type Metric,
  type OpenMetricsContentType,
  Registry,
} from 'prom-client';
import { certificateGauge } from './certificate.ts';

/** In either format of text. */
export type MetricsRegistry = Registry | Registry<OpenMetricsContentType>;

/** What every service measures; a service adds its own in its `metrics.ts`. */
export type Metrics = {
  readonly registry: MetricsRegistry;
  /** Labels: route (template of the path), method (of HTTP), status (code of HTTP). Exemplars: trace_id, of a request that is traced. */
  readonly httpRequestSeconds: Histogram<'route' | 'method' | 'status'>;
};

/**
 * How often the event loop's delay is measured: the library's 10 ms cost 3 ms of CPU a second, these 0.5 ms. They are within
 * what is measured, so panel and alert (EventLoopSlow) take them off.
 */
const EVENT_LOOP_MILLIS = 100;

/** Seconds, with a bound at each objective: 0.1 s to a receipt. */
export const REQUEST_BUCKETS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];
/** Seconds, with a bound at each objective: 10 s until a vote is counted. */
export const LIFE_BUCKETS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300];

/** `certificateFile`: the certificate that the service shows, where it serves TLS itself. */
export function createMetrics(service: string, certificateFile?: string): Metrics {
  // Only this format has exemplars.
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_MILLIS });
  const httpRequestSeconds = new Histogram({
    name: 'suffrage_http_request_seconds',
    help: 'Time from the request to the end of its answer, in seconds; not of requests that are refused unread.',
    labelNames: ['route', 'method', 'status'],
    buckets: REQUEST_BUCKETS,
    enableExemplars: true,
    registers: [registry],
  });
  if (certificateFile !== undefined) register(registry, [certificateGauge(certificateFile)]);
  return { registry, httpRequestSeconds };
}

/** Of a service that serves gRPC. */
export function createGrpcCallSeconds({
  registry,
}: Pick<Metrics, 'registry'>): Histogram<'method' | 'status'> {
  // Labels: method (service and method), status (name of gRPC's code; CANCELLED without an answer). Exemplars: trace_id, of a
  // call that is traced.
  const seconds = new Histogram({
    name: 'suffrage_grpc_call_seconds',
    help: 'Time from a gRPC call to its end, in seconds; a stream is observed when it ends.',
    labelNames: ['method', 'status'],
    buckets: REQUEST_BUCKETS,
    enableExemplars: true,
    registers: [],
  });
  register(registry, [seconds]);
  return seconds;
}

type Connections = { readonly totalCount: number; readonly idleCount: number; readonly waitingCount: number };

/** Connection pools of databases, by name; those of one name are added up. Read when Prometheus asks. */
export function observePools(
  { registry }: Pick<Metrics, 'registry'>,
  pools: Readonly<Record<string, readonly Connections[]>>,
): void {
  const sum = (of: readonly Connections[], value: (pool: Connections) => number) =>
    of.reduce((total, pool) => total + value(pool), 0);
  register(registry, [
    // Labels: pool (name of a pool in the service), state (busy, idle).
    new Gauge({
      name: 'suffrage_database_connections',
      help: 'Connections to databases, by pool and state.',
      labelNames: ['pool', 'state'],
      registers: [],
      collect() {
        for (const [pool, of] of Object.entries(pools)) {
          this.set(
            { pool, state: 'busy' },
            sum(of, each => each.totalCount - each.idleCount),
          );
          this.set(
            { pool, state: 'idle' },
            sum(of, each => each.idleCount),
          );
        }
      },
    }),
    // Labels: pool (name of a pool in the service).
    new Gauge({
      name: 'suffrage_database_waiting',
      help: 'Callers that wait for a connection to a database, by pool.',
      labelNames: ['pool'],
      registers: [],
      collect() {
        for (const [pool, of] of Object.entries(pools))
          this.set(
            { pool },
            sum(of, each => each.waitingCount),
          );
      },
    }),
  ]);
}

/** Whether Redis answers, by the name of the connection. Read when Prometheus asks. */
export function observeRedis(
  { registry }: Pick<Metrics, 'registry'>,
  connections: Readonly<Record<string, { readonly status: string }>>,
): void {
  register(registry, [
    // Labels: connection (name of a connection in the service).
    new Gauge({
      name: 'suffrage_redis_ready',
      help: '1 while the connection to Redis takes commands, else 0.',
      labelNames: ['connection'],
      registers: [],
      collect() {
        for (const [connection, { status }] of Object.entries(connections))
          this.set({ connection }, status === 'ready' ? 1 : 0);
      },
    }),
  ]);
}

/** Open connections of the HTTP server. Read when Prometheus asks. */
export function observeHttpConnections(
  { registry }: Pick<Metrics, 'registry'>,
  server: { getConnections(answer: (error: Error | null, count: number) => void): unknown },
): void {
  const count = () =>
    new Promise<number>(resolve => server.getConnections((error, open) => resolve(error ? 0 : open)));
  register(registry, [
    // No labels.
    new Gauge({
      name: 'suffrage_http_connections',
      help: 'Open connections of the HTTP server.',
      registers: [],
      async collect() {
        this.set(await count());
      },
    }),
  ]);
}

export function register(registry: MetricsRegistry, metrics: readonly Metric[]): void {
  for (const metric of metrics) registry.registerMetric(metric);
}
