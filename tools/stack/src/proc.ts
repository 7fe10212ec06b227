import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** What the stack reads from Linux' /proc. Everything answers `undefined` for a process that is gone or not ours to read. */

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

export interface ProcessStatus {
  readonly state: string;
  /** Clock ticks since boot. With the pid it names one process for good: pids are reused, pairs are not. */
  readonly startTime: string;
}

/** Parses /proc/PID/stat. The command name (field 2) may hold spaces and brackets, so fields count from its last `)`. */
export function parseProcessStatus(stat: string): ProcessStatus | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  const startTime = fields[19];
  return state === undefined || startTime === undefined ? undefined : { state, startTime };
}

export function processStatus(pid: number): ProcessStatus | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  return stat === undefined ? undefined : parseProcessStatus(stat);
}

/** Resident memory in bytes. */
export function residentMemory(pid: number): number | undefined {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readText(`/proc/${pid}/status`) ?? '');
  return match?.[1] === undefined ? undefined : Number(match[1]) * 1024;
}

/** The socket inodes that listen on a TCP port, from the text of /proc/net/tcp or tcp6 (state 0A is LISTEN). */
export function listeningInodes(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table
    .split('\n')
    .slice(1)
    .map(line => line.trim().split(/\s+/))
    .filter(fields => fields[1]?.endsWith(suffix) && fields[3] === '0A')
    .flatMap(fields => fields[9] ?? []);
}

export interface PortHolder {
  readonly pid: number;
  readonly name: string;
}

/** Who listens on a port, as far as this user may see: other users' open files are theirs. */
export function portHolder(port: number): PortHolder | undefined {
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map(path => readText(path) ?? '');
  const sockets = new Set(
    tables.flatMap(table => listeningInodes(table, port)).map(inode => `socket:[${inode}]`),
  );
  if (sockets.size === 0) return undefined;
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry) || !openFiles(entry).some(file => sockets.has(file))) continue;
    return { pid: Number(entry), name: programName(readText(`/proc/${entry}/cmdline`) ?? '') };
  }
  return undefined;
}

/**
 * `node services/web/main.ts` from the text of /proc/PID/cmdline: the program, and what it runs where that is its first
 * argument. The short name in /proc/PID/comm is `MainThread` for every Node.
 */
export function programName(commandLine: string): string {
  const [program = '', first = ''] = commandLine.split('\0');
  const name = basename(program) || 'unknown';
  return first === '' || first.startsWith('-') ? name : `${name} ${first}`;
}

function openFiles(pid: string): string[] {
  const directory = `/proc/${pid}/fd`;
  return namesIn(directory).flatMap(descriptor => linkTarget(`${directory}/${descriptor}`) ?? []);
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** A descriptor may be closed between listing and reading it: that says nothing about the others. */
function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** Effective capabilities of this process as a bit set (capabilities(7)); none where /proc does not tell. */
export function effectiveCapabilities(): bigint {
  const match = /^CapEff:\s+([0-9a-f]+)$/m.exec(readText('/proc/self/status') ?? '');
  return match?.[1] === undefined ? 0n : BigInt(`0x${match[1]}`);
}
