import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cpuSeconds } from '@suffrage/demo/cpu';
import { repositoryDirectory } from '@suffrage/stack/paths';
import { z } from 'zod';

const SCENARIOS = join(import.meta.dirname, '../scenarios');
const CPU_STEP_MILLIS = 200;
/** k6 ends with this when a threshold was crossed. */
const THRESHOLDS_CROSSED = 99;

const trend = z.looseObject({
  med: z.number(),
  'p(95)': z.number(),
  'p(99)': z.number(),
  'p(99.9)': z.number(),
  max: z.number(),
});
const metric = <Values extends z.ZodType>(values: Values) =>
  z.looseObject({
    values,
    thresholds: z.record(z.string(), z.looseObject({ ok: z.boolean() })).optional(),
  });
const counter = metric(z.looseObject({ count: z.number() })).optional();
const summarySchema = z.looseObject({
  testRunDurationMs: z.number(),
  metrics: z.looseObject({
    iterations: counter,
    dropped_iterations: counter,
    casts_accepted: counter,
    casts_local: counter,
    casts_busy: counter,
    casts_refused: counter,
    casts_unknown: counter,
    watchers_events: counter,
    watchers_failed: counter,
    acknowledgement: metric(trend).optional(),
    results_age: metric(trend).optional(),
  }),
});
const anyMetrics = z.record(
  z.string(),
  z.looseObject({ thresholds: z.record(z.string(), z.looseObject({ ok: z.boolean() })).optional() }),
);

export type Latency = {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
};

/** What the generator saw. */
export type K6Result = {
  readonly seconds: number;
  readonly casts: number;
  readonly dropped: number;
  readonly answers: {
    readonly accepted: number;
    readonly local: number;
    readonly busy: number;
    readonly refused: number;
    readonly unknown: number;
  };
  /** Milliseconds, of accepted casts. */
  readonly acknowledgementMillis: Latency | undefined;
  /** Milliseconds from the reading of totals to their arrival, with watchers. */
  readonly resultsAgeMillis: Latency | undefined;
  readonly watcherEvents: number;
  /** Name and whether it held. */
  readonly thresholds: readonly { readonly name: string; readonly ok: boolean }[];
  /** CPU seconds of the k6 process. */
  readonly cpuSeconds: number;
};

export type K6Files = {
  readonly summary: string;
  /** Receipts and problems, one JSON object a line. */
  readonly journal: string;
  /** k6's report, HTML. */
  readonly report: string;
};

/** `K6`, a path or a name on PATH, or the one that the set-up has built. @throws Error when there is none. */
export function findK6(): string {
  const own = process.env.K6;
  const program = own ? own : join(repositoryDirectory, '.tools/bin/k6');
  if (own ? spawnSync(own, ['version']).status === 0 : existsSync(program)) return program;
  throw new Error(
    own
      ? `K6=${own} does not run`
      : 'there is no k6: run tools/setup/setup.sh k6, or set K6 to one of your own',
  );
}

/**
 * Runs a scenario to its end, with k6's own progress on this terminal.
 * @param settings what `scenarios/environment.ts` reads.
 * @throws Error when k6 could not run the scenario at all. A crossed threshold is in the result.
 */
export async function runK6(
  script: 'votes.ts' | 'watched-votes.ts',
  settings: Readonly<Record<string, string>>,
  files: K6Files,
): Promise<K6Result> {
  const quiet = process.stderr.isTTY ? [] : ['--quiet'];
  const args = ['run', ...quiet, '--log-format', 'raw', '--console-output', files.journal, script];
  const child = spawn(findK6(), args, {
    cwd: SCENARIOS,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      ...settings,
      SUMMARY: files.summary,
      K6_WEB_DASHBOARD: 'true',
      K6_WEB_DASHBOARD_PORT: '-1',
      K6_WEB_DASHBOARD_PERIOD: '1s',
      K6_WEB_DASHBOARD_EXPORT: files.report,
      K6_NO_USAGE_REPORT: 'true',
      K6_AUTO_EXTENSION_RESOLUTION: 'false',
    },
  });
  let cpu = 0;
  const timer = setInterval(() => {
    if (child.pid !== undefined) cpu = Math.max(cpu, cpuSeconds(child.pid));
  }, CPU_STEP_MILLIS);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).finally(() => clearInterval(timer));
  if (status !== 0 && status !== THRESHOLDS_CROSSED) throw new Error(`k6 ended with status ${status}`);
  return readSummary(readFileSync(files.summary, 'utf8'), cpu);
}

/** @param text what `scenarios/summary.ts` wrote. */
export function readSummary(text: string, cpu: number): K6Result {
  const json: unknown = JSON.parse(text);
  const { metrics, testRunDurationMs } = summarySchema.parse(json);
  const thresholds = Object.entries(anyMetrics.parse(metrics)).flatMap(
    ([name, { thresholds: limits = {} }]) =>
      Object.entries(limits).map(([limit, { ok }]) => ({ name: `${name}: ${limit}`, ok })),
  );
  const count = (of: z.infer<typeof counter>) => of?.values.count ?? 0;
  const answers = {
    accepted: count(metrics.casts_accepted),
    local: count(metrics.casts_local),
    busy: count(metrics.casts_busy),
    refused: count(metrics.casts_refused),
    unknown: count(metrics.casts_unknown),
  };
  return {
    seconds: testRunDurationMs / 1000,
    casts: Object.values(answers).reduce((sum, some) => sum + some, 0),
    dropped: count(metrics.dropped_iterations),
    answers,
    acknowledgementMillis: latency(metrics.acknowledgement),
    resultsAgeMillis: latency(metrics.results_age),
    watcherEvents: count(metrics.watchers_events),
    thresholds,
    cpuSeconds: cpu,
  };
}

function latency(of: { readonly values: z.infer<typeof trend> } | undefined): Latency | undefined {
  if (!of) return undefined;
  const { med, max, 'p(95)': p95, 'p(99)': p99, 'p(99.9)': p999 } = of.values;
  return { p50: med, p95, p99, p999, max };
}
