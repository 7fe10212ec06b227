import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cpuSeconds } from '@suffrage/demo/cpu';

/** Named processes; PostgreSQL's and a JVM's children and threads count with them. */
export type Pids = Readonly<Record<string, number>>;

/**
 * CPU microseconds, user and system, that each has used so far: exactly where all its threads live and it has no children, as with
 * Node, by clock ticks (10 ms) otherwise.
 */
export function cpuMicros(pids: Pids): Record<string, number> {
  return Object.fromEntries(
    Object.entries(pids).map(([name, pid]) => [
      name,
      Math.round(Math.max(cpuSeconds(pid) * 1e6, threadsMicros(pid))),
    ]),
  );
}

/** Of its threads that live; the first field of `schedstat` is nanoseconds on a CPU. */
function threadsMicros(pid: number): number {
  return readdirSync(`/proc/${pid}/task`)
    .map(thread => Number(read(`/proc/${pid}/task/${thread}/schedstat`)?.split(' ')[0] ?? 0) / 1000)
    .reduce((sum, micros) => sum + micros, 0);
}

/** What each has used between two such readings, for each of `votes`. */
export function perVote(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
  votes: number,
): Record<string, number> {
  return Object.fromEntries(
    Object.keys(after).map(name => [name, round(((after[name] ?? 0) - (before[name] ?? 0)) / votes)]),
  );
}

/** Of all processes together. */
export function total(micros: Readonly<Record<string, number>>): number {
  return Object.values(micros).reduce((sum, each) => sum + each, 0);
}

/** The same without the client that sends the load. */
export function totalOfServers(micros: Readonly<Record<string, number>>): number {
  return total(micros) - (micros.client ?? 0);
}

/** MiB that each process holds, pages shared with others divided among them (PSS), children included. */
export function memoryMiB(pids: Pids): Record<string, number> {
  const parents = readParents();
  const held = (pid: number): number =>
    parents
      .filter(({ parent }) => parent === pid)
      .reduce((sum, child) => sum + held(child.pid), proportionalKiB(pid));
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, round(held(pid) / 1024)]));
}

/**
 * Lets processes, their threads, and their children unless told otherwise, run on these cores only.
 * @throws Error where there is no `taskset` (util-linux)
 */
export function pin(pids: readonly number[], cores: readonly number[], { children = true } = {}): void {
  const parents = readParents();
  const family = (pid: number): number[] => [
    pid,
    ...parents.filter(({ parent }) => children && parent === pid).flatMap(child => family(child.pid)),
  ];
  for (const pid of new Set(pids.flatMap(family))) {
    try {
      execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', cores.join(','), String(pid)], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
    } catch (cause) {
      // A connection of PostgreSQL's may have ended meanwhile.
      if (read(`/proc/${pid}/stat`) !== undefined)
        throw new Error(`taskset (util-linux) could not give process ${pid} its cores`, { cause });
    }
  }
}

function readParents(): { readonly pid: number; readonly parent: number }[] {
  return readdirSync('/proc').flatMap(name => {
    const stat = /^\d+$/.test(name) ? read(`/proc/${name}/stat`) : undefined;
    if (stat === undefined) return [];
    return [{ pid: Number(name), parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) }];
  });
}

function proportionalKiB(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? '')?.[1] ?? 0);
}

/** Bytes of the records of a topic on one broker: its segments without their indexes, which are allocated ahead. */
export function topicBytes(dataDirectory: string, topic: string): number {
  const log = join(dataDirectory, 'kafka/node-1/log');
  const directories = readdirSync(log).filter(name => name.replace(/-\d+$/, '') === topic);
  return directories
    .flatMap(name => readdirSync(join(log, name)).map(file => join(log, name, file)))
    .filter(file => file.endsWith('.log'))
    .reduce((sum, file) => sum + sizeOf(file), 0);
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // A process that has ended meanwhile.
    return undefined;
  }
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
