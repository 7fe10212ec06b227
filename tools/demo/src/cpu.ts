import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const ticksPerSecond = () => Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** CPU seconds (user and system) that a process and its descendants, living and reaped, have used so far. */
export function cpuSeconds(pid: number): number {
  const processes = readdirSync('/proc').flatMap(name => {
    const stat = /^\d+$/.test(name) ? readStat(name) : undefined;
    return stat ? [{ pid: Number(name), ...stat }] : [];
  });
  const total = (id: number): number =>
    processes
      .filter(({ parent }) => parent === id)
      .reduce((sum, child) => sum + total(child.pid), processes.find(one => one.pid === id)?.ticks ?? 0);
  return total(pid) / ticksPerSecond();
}

/** Fields of /proc/[pid]/stat, counted after the name, which may hold anything: 4 parent, 14 to 17 times. */
function readStat(pid: string): { readonly parent: number; readonly ticks: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const times = fields.slice(11, 15);
    return { parent: fields[1] ?? 0, ticks: times.reduce((sum, ticks) => sum + ticks, 0) };
  } catch {
    return undefined;
  }
}
