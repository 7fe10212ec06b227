import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createIngestionMetrics } from '@suffrage/ingestion/metrics';
import { runPrometheus } from '@suffrage/observability/run/start-prometheus.ts';
import { createHealth } from '@suffrage/runtime/health';
import { serveMetrics } from '@suffrage/runtime/http/metrics-server';
import { createLifecycle } from '@suffrage/runtime/lifecycle';
import { createLog } from '@suffrage/runtime/log';
import { createMetrics, type Metrics } from '@suffrage/runtime/metrics';
import { freePorts } from '@suffrage/stack/ports';
import { until } from '@suffrage/test/poll';
import { z } from 'zod';
import { find, type Manifest } from './manifest.ts';
import { render } from './render.ts';

/**
 * A Prometheus that scrapes what the services themselves measure, with the relabelings that the operator makes of the rendered
 * ServiceMonitor; then the queries and conditions of the rendered analyses, as Argo Rollouts has them.
 */
const lifecycle = createLifecycle(createLog('test', 'test', 'silent'));
const pods = {
  'ingestion stable': createIngestionMetrics(),
  'ingestion canary': createIngestionMetrics(),
  'registrar stable': createMetrics('registrar'),
  'registrar canary': createMetrics('registrar'),
};
let all: readonly Manifest[];
let url: string;

const relabeling = z.strictObject({
  sourceLabels: z.array(z.string()).optional(),
  targetLabel: z.string().optional(),
  replacement: z.string().optional(),
  action: z.string().optional(),
  regex: z.string().optional(),
});
const monitor = z.object({
  podTargetLabels: z.array(z.string()),
  endpoints: z.tuple([
    z.object({ relabelings: z.array(relabeling), metricRelabelings: z.array(relabeling).default([]) }),
  ]),
});

beforeAll(async () => {
  all = await render('production');
  const [port = 0] = await freePorts(1);
  const directory = mkdtempSync(join(tmpdir(), 'suffrage-canary-'));
  lifecycle.onClose('directory', () => rmSync(directory, { recursive: true }));
  const targets = await Promise.all(Object.entries(pods).map(([name, metrics]) => serve(name, metrics)));
  const { podTargetLabels, endpoints } = monitor.parse(find(all, 'ServiceMonitor', 'suffrage').spec);
  const prometheus = await runPrometheus(directory, port, {
    global: { scrape_interval: '250ms', scrape_timeout: '250ms' },
    scrape_configs: [
      {
        job_name: 'serviceMonitor/apps/suffrage/0',
        static_configs: targets,
        relabel_configs: [
          { source_labels: ['__meta_kubernetes_namespace'], target_label: 'namespace' },
          { source_labels: ['__meta_kubernetes_service_name'], target_label: 'service' },
          { source_labels: ['__meta_kubernetes_pod_name'], target_label: 'pod' },
          ...podTargetLabels.map(snake).map(label => ({
            source_labels: [`__meta_kubernetes_pod_label_${label}`],
            target_label: label,
          })),
          ...endpoints[0].relabelings.map(inPrometheus),
        ],
        metric_relabel_configs: endpoints[0].metricRelabelings.map(inPrometheus),
      },
    ],
  });
  lifecycle.onClose('prometheus', () => prometheus.stop());
  url = `http://127.0.0.1:${port}`;
}, 60_000);

afterAll(() => lifecycle.close(), 30_000);

const snake = (name: string) => name.replaceAll(/[^a-zA-Z0-9]/g, '_');

function inPrometheus(one: z.output<typeof relabeling>): object {
  const { sourceLabels, targetLabel, ...same } = one;
  return {
    ...same,
    ...(sourceLabels ? { source_labels: sourceLabels } : {}),
    ...(targetLabel ? { target_label: targetLabel } : {}),
  };
}

/** What Kubernetes tells Prometheus of a pod behind the rendered Service of its metrics. */
async function serve(name: string, metrics: Metrics): Promise<object> {
  const [component = '', hash = ''] = name.split(' ');
  const health = createHealth(component, name, {});
  const port = await serveMetrics({ host: '127.0.0.1', port: 0, health, metrics }, lifecycle);
  const { metadata } = find(all, 'Service', `suffrage-${component}-metrics`);
  return {
    targets: [`127.0.0.1:${port}`],
    labels: {
      __meta_kubernetes_namespace: 'apps',
      __meta_kubernetes_service_name: metadata.name,
      __meta_kubernetes_pod_name: `suffrage-${component}-${hash}-x7k2p`,
      __meta_kubernetes_pod_label_rollouts_pod_template_hash: hash,
      ...Object.fromEntries(
        Object.entries(metadata.labels).map(([label, value]) => [
          `__meta_kubernetes_service_label_${snake(label)}`,
          value,
        ]),
      ),
    },
  };
}

const answer = z.object({
  data: z.object({
    result: z.array(
      z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) }),
    ),
  }),
});
async function ask(query: string) {
  const response = await fetch(`${url}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query }),
  });
  return answer.parse(await response.json()).data.result;
}

const analysis = z.object({
  metrics: z.tuple([
    z.object({
      successCondition: z.string(),
      failureCondition: z.string(),
      provider: z.object({ prometheus: z.object({ query: z.string() }) }),
    }),
  ]),
});

async function judge(service: string, canary: string): Promise<string> {
  const name = `suffrage-burn-rate-${service === 'ingestion' ? 'votes' : 'requests'}`;
  const [{ provider, ...conditions }] = analysis.parse(find(all, 'AnalysisTemplate', name).spec).metrics;
  const query = provider.prometheus.query
    .replaceAll('{{args.service}}', service)
    .replaceAll('{{args.canary}}', canary);
  const result = (await ask(query)).map(({ value }) => Number(value[1]));
  const holds = (condition: string) =>
    runInNewContext(condition.replaceAll('len(result)', 'result.length'), { result, isNaN });
  if (holds(conditions.failureCondition)) return 'failed';
  return holds(conditions.successCondition) ? 'successful' : 'inconclusive';
}

const serviceLabels = async (query: string) =>
  (await ask(`count by (service) (${query})`)).map(({ metric }) => metric.service).toSorted();

test('`service` is what dashboards, alerts and analyses know a service by, in what it measures and in whether it is up', async () => {
  await until('all are scraped', async () => (await ask('up == 1')).length === 4);
  expect(await serviceLabels('up')).toEqual(['ingestion', 'registrar']);
  expect(await serviceLabels('process_cpu_seconds_total')).toEqual(['ingestion', 'registrar']);
  expect(await serviceLabels('suffrage_ingestion_votes_total')).toEqual(['ingestion']);
  expect(await ask('{exported_service!=""}')).toEqual([]);
});

const count = {
  ingestion: (pod: 'stable' | 'canary', votes: number, isFailed: boolean) =>
    pods[`ingestion ${pod}`].votes.inc(
      { transport: 'grpc', code: isFailed ? 'internal' : 'accepted' },
      votes,
    ),
  registrar: (pod: 'stable' | 'canary', requests: number, isFailed: boolean) => {
    const labels = { route: '/v1/elections', method: 'GET', status: isFailed ? '500' : '200' };
    for (let made = 0; made < requests; made += 1)
      pods[`registrar ${pod}`].httpRequestSeconds.observe({ labels, value: 0.01 });
  },
};

test.each(['ingestion', 'registrar'] as const)(
  'a canary of %s is judged by its own failures, and not at all where Prometheus does not see it',
  async service => {
    /** While it goes on like this. */
    const becomes = (outcome: string, pod: 'stable' | 'canary', events: number, areFailed: boolean) =>
      until(`${pod} is ${outcome}`, async () => {
        count[service](pod, events, areFailed);
        return (await judge(service, pod)) === outcome;
      });
    await becomes('successful', 'canary', 0, false);
    await becomes('failed', 'stable', 1, true);
    expect(await judge(service, 'canary')).toBe('successful');
    await becomes('failed', 'canary', 1, true);
    await becomes('successful', 'canary', 5_000, false);
    expect(await judge(service, 'unseen')).toBe('inconclusive');
  },
  60_000,
);
