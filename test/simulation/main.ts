import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { thisMachine } from '@suffrage/stack/machine';
import { openProgress } from '@suffrage/stack/progress-line';
import { mutants } from './mutants.ts';
import { openPool, type Pool, spread } from './pool.ts';
import { type MutantFound, printFailure, printSummary, repro, type Summary } from './print-summary.ts';
import { readSettings, type Settings, usage } from './settings.ts';
import type { Run } from './simulate.ts';

const FAILURES_PRINTED = 5;
/** Where nobody watches, a line now and then shows that it goes on. */
const LINE_MILLIS = 10_000;

async function main(): Promise<number> {
  const settings = readSettings(process.argv.slice(2));
  if (settings === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  const pool = openPool(settings.jobs);
  try {
    const summary = await simulateAll(pool, settings);
    mkdirSync(dirname(settings.json), { recursive: true });
    writeFileSync(settings.json, `${JSON.stringify(summary, null, 2)}\n`);
    process.stdout.write(printSummary(summary));
    return summary.failed.length === 0 && summary.mutants.every(({ seed }) => seed !== null) ? 0 : 1;
  } finally {
    await pool.close();
  }
}

async function simulateAll(pool: Pool, settings: Settings): Promise<Summary> {
  const { seeds, start } = settings;
  const begun = performance.now();
  const startedAt = new Date().toISOString();
  const sums = { events: 0, crashes: 0, votes: 0, acknowledged: 0, records: 0 };
  const faults: Record<string, number> = {};
  const failed: Run[] = [];
  const progress = openProgress(process.stderr, LINE_MILLIS);

  const add = (run: Run) => {
    for (const name of ['events', 'crashes', 'votes', 'acknowledged', 'records'] as const)
      sums[name] += run[name];
    for (const kind of run.faults) faults[kind] = (faults[kind] ?? 0) + 1;
    if (run.failures.length === 0) return;
    failed.push(run);
    progress.clear();
    if (failed.length <= FAILURES_PRINTED) process.stdout.write(`${printFailure(run, settings)}\n`);
  };
  let done = 0;
  await spread(pool, numbers(start, seeds), async seed => {
    add(await pool.run({ seed }));
    done += 1;
    progress.show(`seed ${done} of ${seeds}, ${failed.length} failed`);
  });
  const found = settings.mutants ? await findMutants(pool, settings, progress.show) : [];
  progress.clear();
  const { user, system } = process.cpuUsage();
  return {
    command: ['node test/simulation/main.ts', ...process.argv.slice(2)].join(' '),
    startedAt,
    machine: thisMachine(),
    seeds,
    seedStart: start,
    seconds: Math.round(performance.now() - begun) / 1_000,
    cpuSeconds: Math.round((user + system) / 1_000) / 1_000,
    ...sums,
    failed: failed
      .toSorted((a, b) => a.seed - b.seed)
      .map(({ seed, failures }) => ({ seed, failures, repro: repro(seed) })),
    faults,
    mutants: found,
  };
}

/** Each mutant runs the seeds in order until one finds it. */
async function findMutants(
  pool: Pool,
  { seeds, start }: Settings,
  show: (line: string) => void,
): Promise<MutantFound[]> {
  const found: MutantFound[] = [];
  await spread(pool, mutants.keys(), async place => {
    const name = mutants[place]?.name ?? '';
    let first: Run | undefined;
    for (const seed of numbers(start, seeds)) {
      const run = await pool.run({ seed, mutant: place });
      show(`mutant "${name}": seed ${seed}`);
      if (run.failures.length === 0) continue;
      first = run;
      break;
    }
    const invariants = [...new Set(first?.failures.map(({ invariant }) => invariant))].toSorted();
    found[place] = { name, seed: first?.seed ?? null, invariants };
  });
  return found;
}

function* numbers(start: number, count: number): Generator<number> {
  for (let number = start; number < start + count; number += 1) yield number;
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`The simulation could not be run: ${explain(error)}\n`);
  return 2;
});

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${explain(error.cause)}`;
}
