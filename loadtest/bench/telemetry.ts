import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMicros } from './processes.ts';
import { median } from './quantiles.ts';
import { onStage, type Run, type Stage } from './run.ts';
import { drained } from './watch.ts';
import type { Environment, World } from './world.ts';

export type Telemetry = {
  /** CPU microseconds of ingestion, processor and aggregator for each vote; medians of the rounds. */
  readonly microsWith: number;
  readonly microsWithout: number;
  /** What telemetry adds, of a vote without it. */
  readonly overhead: number;
  readonly rounds: readonly { readonly with: number; readonly without: number }[];
};

const KINDS = ['ingestion', 'processor', 'aggregator'] as const;
const SHAPE = { partitions: 8, shards: 1 };
const WARM_UP = { seconds: 10, duplicates: 0.5 };
const SETTLE_MILLIS = 500;
/** Many short stretches: the difference is small. */
const SECONDS = 3;
/** As often as the chart's Prometheus asks. */
const SCRAPE_MILLIS = 15_000;

/**
 * Two installations in turn: one traces as it does with a collector's address and no other setting, and is asked for its metrics;
 * the other counts and measures nothing (`no-metrics.ts`). Pseudonymous votes, because nothing of others is traced.
 */
export async function measureTelemetry(
  run: Run,
  { rate, rounds }: { readonly rate: number; readonly rounds: number },
): Promise<Telemetry> {
  const collector = await startSink();
  const tracing = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
  };
  const silence = { NODE_OPTIONS: `--import=${new URL('no-metrics.ts', import.meta.url).href}` };
  const open = <T>(environment: Environment[keyof Environment], work: (stage: Stage) => Promise<T>) =>
    onStage(
      run,
      {
        mode: 'pseudonymous',
        shape: SHAPE,
        environment: Object.fromEntries(KINDS.map(kind => [kind, environment])),
      },
      async stage => {
        await stage.cast('rest', { rate, ...WARM_UP });
        return { result: await work(stage) };
      },
    );
  try {
    const measured = await open(tracing, async observed => {
      const stopScraping = scrape(observed.world);
      try {
        return await open(silence, async silent => takeTurns(observed, silent, rate, rounds));
      } finally {
        stopScraping();
      }
    });
    if (collector.exports() === 0) throw new Error('no span came to the collector');
    return summary(measured.result.result);
  } finally {
    collector.close();
  }
}

async function takeTurns(
  observed: Stage,
  silent: Stage,
  rate: number,
  rounds: number,
): Promise<Telemetry['rounds']> {
  const taken: { with: number; without: number }[] = [];
  for (let done = 0; done < rounds; done += 1)
    taken.push({ with: await costOf(observed, rate), without: await costOf(silent, rate) });
  return taken;
}

function summary(rounds: Telemetry['rounds']): Telemetry {
  const microsWith = median(rounds.map(each => each.with));
  const microsWithout = median(rounds.map(each => each.without));
  const overhead = Math.round((1000 * microsWith) / microsWithout - 1000) / 1000;
  return { microsWith, microsWithout, overhead, rounds };
}

async function costOf({ cast, world }: Stage, rate: number): Promise<number> {
  await sleep(SETTLE_MILLIS);
  const pids = Object.fromEntries(KINDS.map(kind => [kind, world.pids[kind] ?? 0]));
  const total = () => Object.values(cpuMicros(pids)).reduce((sum, micros) => sum + micros, 0);
  const before = total();
  const { accepted } = await cast('rest', { rate, seconds: SECONDS, duplicates: 0 });
  await drained(world);
  return Math.round((10 * (total() - before)) / accepted) / 10;
}

/** Asks every service for its metrics, as Prometheus does. @returns what ends it */
function scrape({ services }: World): () => void {
  const ports = KINDS.map(kind => services.part(`${kind}-1`).description.ports.metrics);
  const ask = () =>
    Promise.all(ports.map(async port => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()));
  const timer = setInterval(() => void ask(), SCRAPE_MILLIS);
  return () => clearInterval(timer);
}

/** Takes spans and forgets them. */
async function startSink() {
  let exported = 0;
  const server = createServer((request, response) => {
    exported += 1;
    request.resume().once('end', () => response.end());
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    exports: () => exported,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
