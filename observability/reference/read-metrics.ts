import { readFileSync } from 'node:fs';
import { createAggregatorMetrics, observeLog, observeState } from '@suffrage/aggregator/metrics';
import { createAuditMetrics } from '@suffrage/audit/audit-metrics';
import { createIngestionMetrics, observeIngestion } from '@suffrage/ingestion/metrics';
import { createProcessorMetrics, observeProcessor } from '@suffrage/processor/metrics';
import { createTokenCounters, observeRegistrar } from '@suffrage/registrar/metrics';
import {
  createGrpcCallSeconds,
  createMetrics,
  type MetricsRegistry,
  observeHttpConnections,
  observePools,
  observeRedis,
} from '@suffrage/runtime/metrics';
import { Pool } from 'pg';
import { z } from 'zod';
import { createWebMetrics } from '../../web/server/metrics.ts';

type MetricEntry = {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly hasExemplars: boolean;
  /** What the comment in the source says of its labels; empty without labels. */
  readonly labels: string;
};

export type MetricsOf = {
  readonly of: string;
  readonly source: string;
  readonly metrics: readonly MetricEntry[];
};

const metricSchema = z.object({
  name: z.string(),
  help: z.string(),
  type: z.string(),
  labelNames: z.array(z.string()),
  enableExemplars: z.boolean().default(false),
});

const clock = () => 0;
const none = () => 0;

/** Everything that any process of the suite exports under a name of its own, by who exports it. */
export function readMetrics(): MetricsOf[] {
  const shared = describe('Every service', 'libs/runtime/src/metrics.ts', sharedRegistry());
  const sharedNames = new Set(shared.metrics.map(({ name }) => name));
  const own = ([of, source, registry]: readonly [string, string, MetricsRegistry]) =>
    describe(of, source, registry, sharedNames);
  return [
    shared,
    ...(
      [
        ['Ingestion', 'services/ingestion/src/metrics.ts', ingestionRegistry()],
        ['Processor', 'services/processor/src/metrics.ts', processorRegistry()],
        ['Aggregator', 'services/aggregator/src/metrics.ts', aggregatorRegistry()],
        ['Registrar', 'services/registrar/src/metrics.ts', registrarRegistry()],
        ['Web', 'web/server/metrics.ts', createWebMetrics().registry],
        ['Audit', 'tools/audit/src/audit-metrics.ts', createAuditMetrics().registry],
      ] as const
    ).map(own),
  ];
}

function sharedRegistry(): MetricsRegistry {
  const metrics = createMetrics('any', 'certificate.pem');
  createGrpcCallSeconds(metrics);
  observePools(metrics, {});
  observeRedis(metrics, {});
  observeHttpConnections(metrics, { getConnections: () => undefined });
  return metrics.registry;
}

function ingestionRegistry(): MetricsRegistry {
  const metrics = createIngestionMetrics();
  observeIngestion(metrics, {
    log: { waiting: () => ({ votes: 0, oldestMillis: 0, failingMillis: 0 }) },
    layout: { isReachable: () => true, health: () => ({ led: 0, leaderless: 0, belowMinimum: 0 }) },
    inFlight: none,
    electionsAsOf: none,
    clock,
  });
  return metrics.registry;
}

function processorRegistry(): MetricsRegistry {
  const metrics = createProcessorMetrics();
  observeProcessor(metrics, { owned: { partitions: () => new Map() }, electionsAsOf: none, clock });
  return metrics.registry;
}

function aggregatorRegistry(): MetricsRegistry {
  const metrics = createMetrics('aggregator');
  createAggregatorMetrics(metrics);
  observeState(metrics, {
    newest: { oldestAsOf: () => undefined },
    subscribers: { count: none },
    isElected: () => false,
    closingOverdue: none,
    clock,
  });
  observeLog(metrics, { partitions: () => [], readAt: none }, clock);
  return metrics.registry;
}

/** The pool is never asked: nothing is collected here. */
function registrarRegistry(): MetricsRegistry {
  const metrics = createMetrics('registrar');
  createTokenCounters(metrics.registry);
  observeRegistrar(metrics, { pool: new Pool({ max: 1 }), electionsAsOf: none, retentionMillis: 0, clock });
  return metrics.registry;
}

function describe(
  of: string,
  source: string,
  registry: MetricsRegistry,
  without: ReadonlySet<string> = new Set(),
): MetricsOf {
  const text = readFileSync(new URL(`../../${source}`, import.meta.url), 'utf8');
  const metrics = registry
    .getMetricsAsArray()
    .map(metric => metricSchema.parse(metric))
    .filter(({ name }) => name.startsWith('suffrage_') && !without.has(name))
    .map(({ name, help, type, labelNames, enableExemplars: hasExemplars }) => {
      const labels = labelsInComment(text, name);
      const missing = labelNames.find(label => !labels.includes(`${label} (`));
      if (missing !== undefined)
        throw new Error(`the comment above ${name} in ${source} does not say what label ${missing} holds`);
      return { name, type, hasExemplars, help, labels: labelNames.length === 0 ? '' : labels };
    });
  return { of, source, metrics };
}

/** From the last comment above the metric that speaks of labels. */
function labelsInComment(text: string, name: string): string {
  const words = name.split('_');
  const at = words
    .map((_, from) => text.indexOf(`'${words.slice(from).join('_')}'`))
    .find(place => place >= 0);
  const above = text.slice(0, at ?? 0);
  const comments = [...above.matchAll(/(?:Labels: (?<labels>[^\n]*?\))(?:\.| \*\/)|No labels\.)/g)];
  return comments.at(-1)?.groups?.labels ?? '';
}
