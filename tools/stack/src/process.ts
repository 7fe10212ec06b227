import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compileCacheDirectory } from './paths.ts';
import { processStatus } from './proc.ts';
import { type RunAs, setprivArguments } from './run-as.ts';

/** One process for good: the start time tells it from a later process that got the same pid. */
export interface ProcessReference {
  readonly pid: number;
  readonly startTime: string;
}

/**
 * `detached` processes outlive the one that starts them (`make up`). `owner` processes are killed by the kernel when the
 * process that started them ends, however it ends: what a test started never stays behind.
 */
export type Lifetime = 'detached' | 'owner';

export interface ProcessSpec {
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the few variables that every process gets, see `baseEnvironment`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly logFile: string;
  /** Only for root: the user that the process runs as instead. */
  readonly runAs?: RunAs | undefined;
}

/** The command line with what setpriv(1) has to set before it: it replaces itself by the command and the pid stays. */
function commandLine(spec: ProcessSpec, lifetime: Lifetime | undefined): [string, string[]] {
  const settings = [
    ...(spec.runAs === undefined ? [] : setprivArguments(spec.runAs)),
    // In the same call as the user: the kernel forgets this setting when the user changes.
    ...(lifetime === 'owner' ? ['--pdeathsig', 'KILL'] : []),
  ];
  if (settings.length === 0) return [spec.command, [...spec.args]];
  return ['setpriv', [...settings, '--', spec.command, ...spec.args]];
}

/**
 * Variables that a process of the stack inherits. Everything else stays out: an unknown SUFFRAGE_* variable is an error
 * to the services, and NODE_OPTIONS of a test runner is not meant for them.
 */
const INHERITED = [
  'HOME',
  'LANG',
  'NODE_EXTRA_CA_CERTS',
  'PATH',
  'SSL_CERT_DIR',
  'SSL_CERT_FILE',
  'TMPDIR',
  'TZ',
  'USER',
];

export function baseEnvironment(parent: NodeJS.ProcessEnv = process.env): Record<string, string> {
  return Object.fromEntries([
    ...INHERITED.flatMap(name => (parent[name] === undefined ? [] : [[name, parent[name]]])),
    ['NODE_COMPILE_CACHE', compileCacheDirectory],
  ]);
}

/** A log is kept over restarts; at a start it is set aside as `.old` when it has grown beyond this. */
const LOG_LIMIT_BYTES = 16 * 1024 * 1024;

function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_LIMIT_BYTES) renameSync(file, `${file}.old`);
  return openSync(file, 'a', 0o600);
}

/** Starts a process in a session of its own, so that Ctrl-C in a terminal reaches only us. Resolves when it runs, not when it is ready. */
export async function startProcess(spec: ProcessSpec, lifetime: Lifetime): Promise<ProcessReference> {
  const log = openLog(spec.logFile);
  const [command, args] = commandLine(spec, lifetime);
  try {
    const child = spawn(command, args, {
      cwd: spec.directory,
      detached: true,
      env: { ...baseEnvironment(), ...spec.environment },
      stdio: ['ignore', log, log],
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    const pid = child.pid ?? 0;
    // A process that ended at once has no start time any more; the empty one never matches.
    return { pid, startTime: processStatus(pid)?.startTime ?? '' };
  } finally {
    closeSync(log);
  }
}

/** Runs a program to its end; throws with its last lines when it fails. Output goes to the log file. */
export async function runToEnd(
  what: string,
  spec: ProcessSpec,
  deadlineMs: number,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  const log = openLog(spec.logFile);
  try {
    const [command, args] = commandLine(spec, undefined);
    const child = spawn(command, args, {
      cwd: spec.directory,
      env: { ...baseEnvironment(), ...spec.environment },
      stdio: ['ignore', log, log],
      timeout: deadlineMs,
      ...(signal === undefined ? {} : { signal }),
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('exit', resolve);
      child.once('error', reject);
    });
    if (code === 0) return;
    const how = code === null ? `did not end within ${deadlineMs / 1000} s` : `failed with exit code ${code}`;
    throw new Error(`${what} ${how}:\n${lastLines(spec.logFile, 15)}`);
  } finally {
    closeSync(log);
  }
}

export function isRunning(reference: ProcessReference): boolean {
  const status = processStatus(reference.pid);
  // A zombie has ended; only its exit code is still to be fetched.
  return status !== undefined && status.startTime === reference.startTime && status.state !== 'Z';
}

/** Sends a signal to this very process; answers false when it is gone, also when its pid belongs to another one by now. */
export function signalProcess(reference: ProcessReference, signal: NodeJS.Signals): boolean {
  if (!isRunning(reference)) return false;
  try {
    return process.kill(reference.pid, signal);
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return false;
    throw error;
  }
}

/** Whether a fault is this one of the system's. (By shape: under jest the system's errors are of another realm.) */
export function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}

async function waitForEnd(reference: ProcessReference, deadlineMs: number): Promise<boolean> {
  const deadline = performance.now() + deadlineMs;
  while (isRunning(reference)) {
    if (performance.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}

/** How a process ended: it was gone already, on the signal, or by SIGKILL after the deadline. */
export type StopOutcome = 'was-not-running' | 'stopped' | 'killed';

export async function stopProcess(
  reference: ProcessReference,
  signal: NodeJS.Signals,
  deadlineMs: number,
): Promise<StopOutcome> {
  if (!signalProcess(reference, signal)) return 'was-not-running';
  // A paused process (SIGSTOP) handles its signal only when it goes on.
  signalProcess(reference, 'SIGCONT');
  if (await waitForEnd(reference, deadlineMs)) return 'stopped';
  signalProcess(reference, 'SIGKILL');
  if (await waitForEnd(reference, 5_000)) return 'killed';
  throw new Error(`Process ${reference.pid} did not end within 5 s of SIGKILL`);
}

export async function killProcess(reference: ProcessReference): Promise<void> {
  if (!signalProcess(reference, 'SIGKILL')) return;
  if (!(await waitForEnd(reference, 5_000)))
    throw new Error(`Process ${reference.pid} did not end within 5 s of SIGKILL`);
}

export function lastLines(file: string, count: number): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return '';
  }
}
