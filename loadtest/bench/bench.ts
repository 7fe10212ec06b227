import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { type Machine, thisMachine } from '@suffrage/stack/machine';
import { votesFile } from '../votes/votes-file.ts';
import { type Cell, cellsOf, type Extent, VOTES } from './cells.ts';
import { openResults, writeWhole } from './results.ts';
import type { Run } from './run.ts';
import { withServers } from './servers.ts';
import { type Summary, summarise } from './summarise.ts';
import { type Target, targetsOf } from './targets.ts';
import type { Mode, VotesSource } from './votes.ts';
import type { Environment } from './world.ts';

export type BenchOptions = {
  readonly extent: Extent;
  /** Votes a second where floors and costs are measured, instead of what suits the machine. */
  readonly rate?: number;
  /** Of one stretch of load. */
  readonly seconds: number;
  /** Only cells whose name contains this. */
  readonly only?: string;
  /** A profile of each service is written here. */
  readonly profileDirectory?: string;
  /** Everything of the run, results included, is kept below it. */
  readonly out: string;
  /** Measures again what an earlier run has measured. */
  readonly fresh: boolean;
  readonly say: (line: string) => void;
};

export type Bench = {
  readonly date: string;
  readonly commit: string;
  readonly machine: Machine;
  readonly options: { readonly extent: Extent; readonly rate?: number; readonly seconds: number };
  readonly summary: Summary;
  readonly targets: readonly Target[];
  readonly cells: Readonly<Record<string, unknown>>;
};

/** @throws Error when the votes of a cell do not balance, or a part does not start. */
export async function bench(options: BenchOptions): Promise<Bench> {
  const { extent, rate, seconds, only = '', out, fresh, say } = options;
  const cells = cellsOf(extent, rate).filter(({ name }) => name.includes(only));
  if (cells.length === 0) throw new Error(`no cell has "${only}" in its name: --list shows them`);
  const sources = await prepareVotes(options);
  const results = openResults(join(out, `bench-${extent}`), { fresh });
  const missing = cells.filter(({ name }) => results.get(name) === undefined);
  if (missing.length > 0) await measure(missing, results.put, options, mode => sources[mode]);
  const measured = Object.fromEntries(cells.map(({ name }) => [name, results.get(name)]));
  const summary = summarise(measured);
  const result = {
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    machine: thisMachine(),
    options: { extent, ...(rate === undefined ? {} : { rate }), seconds },
    summary,
    targets: targetsOf(summary),
    cells: measured,
  };
  writeWhole(join(out, 'bench.json'), result);
  say(`everything is in ${join(out, 'bench.json')}`);
  return result;
}

async function prepareVotes({ extent, say }: BenchOptions): Promise<Record<Mode, VotesSource>> {
  const make = async (mode: Mode): Promise<VotesSource> => {
    const votes = VOTES[extent][mode];
    say(`${votes.toLocaleString('en')} ${mode} votes: signing what is not signed yet`);
    const { path, manifest, load } = await votesFile({ mode, seed: 1, votesPerVoter: 1, votes });
    return { path, lineBytes: manifest.lineBytes, votes, definition: load.election.definition };
  };
  return { secret: await make('secret'), pseudonymous: await make('pseudonymous') };
}

async function measure(
  cells: readonly Cell[],
  put: (name: string, result: unknown) => void,
  { out, seconds, profileDirectory, say }: BenchOptions,
  source: Run['source'],
): Promise<void> {
  const environment = profileDirectory === undefined ? {} : profiling(profileDirectory);
  const begun = performance.now();
  say('starting Kafka, PostgreSQL and Redis');
  await withServers(out, 1, async infrastructure => {
    for (const [place, { name, measure: measureCell }] of cells.entries()) {
      const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
      say(`[${place + 1}/${cells.length}, ${minutes} min] ${name}`);
      put(name, await measureCell({ infrastructure, source, seconds, environment, say }));
    }
  });
}

function profiling(directory: string): Environment {
  const options = (kind: string) => ({
    NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${resolve(directory, kind)}`,
  });
  return {
    registrar: options('registrar'),
    ingestion: options('ingestion'),
    processor: options('processor'),
  };
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}
