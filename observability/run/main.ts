import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openParts } from '@suffrage/stack/parts';
import { repositoryDirectory } from '@suffrage/stack/paths';
import { requireFreePorts } from '@suffrage/stack/ports';
import { table } from '@suffrage/stack/table';
import { dashboards } from '../dashboards/all.ts';
import { DASHBOARDS_PORT, PROMETHEUS_PORT, TRACES_PORT } from './ports.ts';
import { receiveTraces } from './receive-traces.ts';
import { serveDashboards, TRACES } from './serve-dashboards.ts';
import { startPrometheus, type Target } from './start-prometheus.ts';

const HELP = `Prometheus with all rules beside the running local stack, the dashboards and newest traces as plain pages, until Ctrl-C.

  make observe          needs make up (or make demo) first; scrapes every process of the stack, and the audit when it runs
                        with make audit ARGS='--follow'; takes spans when the stack was started with
                        OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 OTEL_EXPORTER_OTLP_PROTOCOL=http/json

  SUFFRAGE_DATA=DIR     where the stack's data lives (default .data/local); the metrics are kept there too, for 7 days
`;

const AUDIT_PORT = 9469;
const SCRAPE_SECONDS = 5;

async function run(): Promise<number> {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const stack = resolve(repositoryDirectory, process.env.SUFFRAGE_DATA ?? '.data/local');
  const targets = findTargets(stack);
  if (targets.length === 0) {
    process.stderr.write('observe: the stack is not running: make up starts it.\n');
    return 1;
  }
  await requireFreePorts([
    { port: PROMETHEUS_PORT, part: 'Prometheus' },
    { port: DASHBOARDS_PORT, part: 'the dashboards' },
    { port: TRACES_PORT, part: 'the spans' },
  ]);
  const prometheus = await startPrometheus({
    directory: join(stack, 'prometheus'),
    port: PROMETHEUS_PORT,
    targets: [...targets, { instance: 'audit', port: AUDIT_PORT, isOptional: true }],
    scrapeSeconds: SCRAPE_SECONDS,
  });
  const traces = await receiveTraces(TRACES_PORT);
  const pages = await serveDashboards(DASHBOARDS_PORT, `http://127.0.0.1:${PROMETHEUS_PORT}`, traces);
  process.stdout.write(`${addresses(stack, targets)}\n\nCtrl-C ends it; the metrics are kept.\n`);
  await interrupted();
  await pages.close();
  await traces.close();
  await prometheus.stop();
  return 0;
}

/** Every process of the stack that serves metrics. */
function findTargets(stack: string): Target[] {
  return openParts(stack).flatMap(part => {
    const { metrics } = part.description.ports;
    return metrics === undefined || !part.isRunning() ? [] : [{ instance: part.name, port: metrics }];
  });
}

function addresses(stack: string, targets: readonly Target[]): string {
  const pages = dashboards.map(({ title, uid }) => [title, `http://127.0.0.1:${DASHBOARDS_PORT}/${uid}`]);
  return table(
    [
      ['what', 'address'],
      ...pages,
      ['traces', `http://127.0.0.1:${DASHBOARDS_PORT}/${TRACES}`],
      ['logs', join(stack, 'logs')],
      ['queries', `http://127.0.0.1:${PROMETHEUS_PORT}/api/v1/query?query=up`],
      ['alerts', `http://127.0.0.1:${PROMETHEUS_PORT}/api/v1/alerts`],
      ...targets.map(({ instance, port }) => [`metrics of ${instance}`, `http://127.0.0.1:${port}/metrics`]),
    ],
    [0, 1],
  ).join('\n');
}

function interrupted(): Promise<void> {
  return new Promise(resolveSignal => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => resolveSignal());
  });
}

process.exitCode = await run().catch((error: unknown) => {
  process.stderr.write(`observe: ${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
});
