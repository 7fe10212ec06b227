import type { Machine } from '@suffrage/stack/machine';
import type { Settings } from './settings.ts';
import type { Run } from './simulate.ts';

/** `seed`: the first that found it; `null` when none did. */
export type MutantFound = {
  readonly name: string;
  readonly seed: number | null;
  readonly invariants: readonly string[];
};

/** The figures of one command, as `out/simulate.json` has them. */
export type Summary = {
  readonly command: string;
  readonly startedAt: string;
  readonly machine: Machine;
  readonly seeds: number;
  readonly seedStart: number;
  readonly seconds: number;
  /** Of all threads together. */
  readonly cpuSeconds: number;
  readonly events: number;
  readonly crashes: number;
  readonly votes: number;
  readonly acknowledged: number;
  readonly records: number;
  readonly failed: readonly {
    readonly seed: number;
    readonly failures: Run['failures'];
    readonly repro: string;
  }[];
  /** How often each kind of fault was among those of a seed. */
  readonly faults: Readonly<Record<string, number>>;
  readonly mutants: readonly MutantFound[];
};

const TRACE_LINES = 25;
const FAILURES_SHOWN = 5;

export function repro(seed: number): string {
  return `make simulate SEEDS=1 SEED_START=${seed}`;
}

/** What is wrong in one seed, and what led to it. */
export function printFailure(
  { seed, failures, faults, trace }: Run,
  { trace: whole }: Pick<Settings, 'trace'>,
): string {
  const shown = whole ? trace : trace.slice(-TRACE_LINES);
  const more = failures.length - FAILURES_SHOWN;
  return [
    `Seed ${seed} failed:`,
    ...failures
      .slice(0, FAILURES_SHOWN)
      .map(({ invariant, message }) => `  ${invariant.padEnd(6)}  ${message}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
    `  faults of this seed: ${faults.join(', ') || 'none'}`,
    shown.length < trace.length
      ? `  the last ${shown.length} of ${trace.length} events:`
      : '  what happened:',
    ...shown.map(line => `    ${line}`),
    `  again: ${repro(seed)} TRACE=1`,
    '',
  ].join('\n');
}

export function printSummary(summary: Summary): string {
  const { seeds, seedStart, failed, mutants } = summary;
  const rows = [
    ['seeds', `${number(seeds)} (${seedStart} to ${seedStart + seeds - 1})`],
    ['  failed', number(failed.length)],
    ['votes planned', number(summary.votes)],
    ['  acknowledgements', number(summary.acknowledged)],
    ['records on the log', number(summary.records)],
    ['crashes', number(summary.crashes)],
    ['events', number(summary.events)],
    ['seconds', summary.seconds.toFixed(1)],
    ['CPU seconds', summary.cpuSeconds.toFixed(1)],
  ];
  const found = mutants.map(({ name, seed, invariants }) => [
    `  ${name}`,
    seed === null ? 'NOT FOUND' : `found by seed ${seed}: ${invariants.join(', ')}`,
  ]);
  const all = found.length > 0 ? [...rows, ['mutants', ''], ...found] : rows;
  const width = Math.max(...all.map(([name = '']) => name.length));
  const table = all.map(([name = '', value = '']) => `${name.padEnd(width)}  ${value}`.trimEnd());
  return `${[...table, '', verdict(summary)].join('\n')}\n`;
}

function verdict({ failed, mutants }: Summary): string {
  const missed = mutants.filter(({ seed }) => seed === null);
  if (failed.length > 0) return `${number(failed.length)} seeds failed; the first: ${failed[0]?.repro ?? ''}`;
  if (missed.length > 0)
    return 'Every invariant held, but a mutant was not found: the simulation proves too little.';
  return mutants.length > 0 ? 'Every invariant held, and every mutant was found.' : 'Every invariant held.';
}

const number = (value: number) => value.toLocaleString('en-US');
