import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { table } from '@suffrage/stack/table';
import { cpuSeconds } from './cpu.ts';
import type { LocalStack } from './local-stack.ts';

/** What holding the election cost, measured from outside the processes. */
export type Figures = {
  readonly date: string;
  readonly cores: number;
  readonly votes: number;
  readonly wallSeconds: number;
  readonly acknowledgeMillis: { readonly p50: number; readonly p95: number; readonly p99: number };
  readonly cpuSecondsPerThousandVotes: Readonly<Record<string, number>>;
};

type Reading = ReadonlyMap<string, number>;

/** CPU seconds used so far: each process of the stack, and this one, which is the voters. */
export function readCpu({ processes }: LocalStack): Reading {
  const { user, system } = process.cpuUsage();
  return new Map([
    ['voters (this process)', (user + system) / 1e6],
    ...processes.map(({ name, pid }) => [name, cpuSeconds(pid)] as const),
  ]);
}

export function makeFigures(
  before: Reading,
  after: Reading,
  votes: number,
  wallMillis: number,
  latencies: readonly number[],
): Figures {
  const perThousand = [...after].map(([name, seconds]) => {
    const used = seconds - (before.get(name) ?? 0);
    return [name, Math.round((used / votes) * 1e6) / 1000] as const;
  });
  const sorted = latencies.toSorted((a, b) => a - b);
  const percentile = (share: number) =>
    Math.round((sorted[Math.floor((sorted.length - 1) * share)] ?? 0) * 10) / 10;
  return {
    date: new Date().toISOString(),
    cores: cpus().length,
    votes,
    wallSeconds: Math.round(wallMillis / 100) / 10,
    acknowledgeMillis: { p50: percentile(0.5), p95: percentile(0.95), p99: percentile(0.99) },
    cpuSecondsPerThousandVotes: Object.fromEntries(perThousand),
  };
}

export function printFigures({
  cores,
  wallSeconds,
  votes,
  acknowledgeMillis,
  cpuSecondsPerThousandVotes,
}: Figures): string[] {
  const { p50, p95, p99 } = acknowledgeMillis;
  const rows = Object.entries(cpuSecondsPerThousandVotes).map(([name, seconds]) => [
    `  ${name}`,
    seconds.toFixed(3),
  ]);
  return [
    `Measured on ${cores} cores shared by everything, voters included:`,
    `  cast in ${wallSeconds} s, ${Math.round(votes / wallSeconds)} votes/s; acknowledged in ${p50} ms (p50), ${p95} ms (p95), ${p99} ms (p99)`,
    '  CPU seconds per 1,000 votes:',
    ...table(rows).map(row => `  ${row}`),
  ];
}

export function saveFigures(path: string, figures: Figures): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(figures, null, 2)}\n`);
}
