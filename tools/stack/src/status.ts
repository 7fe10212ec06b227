import type { Part } from './part.ts';
import { residentMemory } from './proc.ts';

/** One line of `make status`. */
export interface PartStatus {
  readonly name: string;
  readonly pid: number | undefined;
  readonly port: number;
  readonly healthy: boolean;
  readonly version: string;
  /** MiB of resident memory. */
  readonly memory: number | undefined;
}

export async function statusOf(part: Part): Promise<PartStatus> {
  const running = part.isRunning();
  const pid = running ? part.reference()?.pid : undefined;
  const memory = pid === undefined ? undefined : residentMemory(pid);
  return {
    name: part.name,
    pid,
    port: part.port,
    healthy: running && (await part.isReady()),
    version: part.description.version ?? (running ? await serviceVersion(part) : ''),
    memory: memory === undefined ? undefined : Math.round(memory / 1024 / 1024),
  };
}

/** Services tell their version on `/health`, whatever their state. */
async function serviceVersion({ description: { probe } }: Part): Promise<string> {
  if (probe.kind !== 'http') return '';
  try {
    const response = await fetch(new URL('/health', probe.url), { signal: AbortSignal.timeout(3_000) });
    const report: unknown = await response.json();
    return typeof report === 'object' && report !== null && 'version' in report ? String(report.version) : '';
  } catch {
    return '';
  }
}

const HEAD = ['part', 'pid', 'port', 'healthy', 'version', 'memory'];

/** An aligned table, text left and numbers right. */
export function statusTable(statuses: readonly PartStatus[]): string {
  const rows = statuses.map(({ name, pid, port, healthy, version, memory }) => [
    name,
    pid === undefined ? '-' : String(pid),
    String(port),
    pid === undefined ? 'stopped' : healthy ? 'yes' : 'no',
    version === '' ? '-' : version,
    memory === undefined ? '-' : `${memory} MiB`,
  ]);
  return alignedTable(HEAD, rows, [1, 2, 5]);
}

/** `numbers` are the columns that go to the right. */
export function alignedTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numbers: readonly number[],
): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map(row => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (numbers.includes(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ');
  return all.map(row => line(row).trimEnd()).join('\n');
}
