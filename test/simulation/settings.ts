import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

export const usage = `Runs the suite's own code under a seeded scheduler, with virtual time and a log, databases, a cache and a network that
crash, lose, repeat, reorder and delay, and checks all invariants after each seed.

  make simulate SEEDS=2000 SEED_START=1        or: node test/simulation/main.ts [options]

  --seeds N       how many seeds (SEEDS, default 2000)
  --start N       the first one (SEED_START, default 1)
  --mutants       then switch on one mistake after the other: each must be found within so many seeds (MUTANTS=1)
  --trace         print everything that happened in failing seeds, not only the end (TRACE=1)
  --jobs N        threads (JOBS, default: one for each core)
  --json FILE     the figures as JSON (default out/simulate.json)
  --help

Exit status: 0 every invariant held and every mutant was found, 1 not so, 2 the arguments can't be used.
`;

export type Settings = {
  readonly seeds: number;
  readonly start: number;
  readonly mutants: boolean;
  readonly trace: boolean;
  readonly jobs: number;
  readonly json: string;
};

/**
 * @returns `help` when it was asked for.
 * @throws Error with one sentence when an argument can't be used.
 */
export function readSettings(args: readonly string[]): Settings | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: 'string', default: '2000' },
      start: { type: 'string', default: '1' },
      mutants: { type: 'boolean', default: false },
      trace: { type: 'boolean', default: false },
      jobs: { type: 'string', default: String(availableParallelism()) },
      json: { type: 'string', default: 'out/simulate.json' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    seeds: wholeNumber('--seeds', values.seeds, 1),
    start: wholeNumber('--start', values.start, 0),
    mutants: values.mutants,
    trace: values.trace,
    jobs: wholeNumber('--jobs', values.jobs, 1),
    json: values.json,
  };
}

/** Seeds have 32 bits. */
const MOST = 0xffff_ffff;

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= MOST) return value;
  throw new Error(`${name} ${text}: give a whole number from ${least} to ${MOST}`);
}
