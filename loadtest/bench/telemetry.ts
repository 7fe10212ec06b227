import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { costOfVotes } from './cost-of-votes.ts';
import { round } from './processes.ts';
import { median } from './quantiles.ts';
import { onStage, type Run, type Stage, WARM_UP } from './run.ts';
import { DEFAULT_SHAPE, type Environment, type World } from './world.ts';

export type Telemetry = {
  /** CPU microseconds of ingestion, processor and aggregator for each vote; medians of the rounds. */
  readonly microsWith: number;
  readonly microsWithout: number;
  /** What telemetry adds, of a vote without it: from the median of the rounds' ratios. */
  readonly overhead: number;
  readonly rounds: readonly { readonly with: number; readonly without: number }[];
};

const KINDS = ['ingestion', 'processor', 'aggregator'] as const;
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
    // Five times as often as by default, so that what a turn has to export is exported within it.
    OTEL_BSP_SCHEDULE_DELAY: '1000',
  };
  const silence = { NODE_OPTIONS: `--import=${new URL('no-metrics.ts', import.meta.url).href}` };
  const open = <T>(environment: Environment[keyof Environment], work: (stage: Stage) => Promise<T>) =>
    onStage(
      run,
      {
        mode: 'pseudonymous',
        shape: DEFAULT_SHAPE,
        environment: Object.fromEntries(KINDS.map(kind => [kind, environment])),
      },
      async stage => ({ result: await work(stage) }),
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

/** Also where they are warmed up, and the other way round every other time: whoever has been idle for longer votes dearer. */
async function takeTurns(
  observed: Stage,
  silent: Stage,
  rate: number,
  rounds: number,
): Promise<Telemetry['rounds']> {
  for (const stage of [observed, silent, silent, observed])
    await stage.cast('rest', { ...WARM_UP, rate, seconds: WARM_UP.seconds / 2 });
  const taken: { with: number; without: number }[] = [];
  for (let done = 0; done < rounds; done += 1) {
    const first = done % 2 === 0 ? await costOf(observed, rate) : undefined;
    const without = await costOf(silent, rate);
    taken.push({ with: first ?? (await costOf(observed, rate)), without });
  }
  return taken;
}

function summary(rounds: Telemetry['rounds']): Telemetry {
  const microsWith = median(rounds.map(each => each.with));
  const microsWithout = median(rounds.map(each => each.without));
  const ratio = median(rounds.map(each => each.with / each.without));
  return { microsWith, microsWithout, overhead: Math.round(1000 * ratio - 1000) / 1000, rounds };
}

async function costOf(stage: Stage, rate: number): Promise<number> {
  const pids = Object.fromEntries(KINDS.map(kind => [kind, stage.world.pids[kind] ?? 0]));
  return round(await costOfVotes(stage, pids, { rate, duplicates: 0 }));
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
