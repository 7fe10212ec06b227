import type { Part } from './part.ts';
import { residentMemory } from './proc.ts';
import { table } from './table.ts';

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
  return table([HEAD, ...rows], [0, 3, 4]).join('\n');
}
