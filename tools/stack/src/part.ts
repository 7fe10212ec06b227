import { setTimeout as sleep } from 'node:timers/promises';
import { isReady, type Probe } from './probe.ts';
import {
  isRunning,
  killProcess,
  type Lifetime,
  lastLines,
  type ProcessReference,
  type ProcessSpec,
  type StopOutcome,
  signalProcess,
  startProcess,
  stopProcess,
} from './process.ts';

/** Everything there is to know about a part to start it (again), to ask it and to stop it. Plain data, kept in stack.json. */
export interface PartDescription {
  /** Unique in the stack: `kafka-1`, `ingestion-2`. */
  readonly name: string;
  /** The first one is shown as the part's port. */
  readonly ports: Readonly<Record<string, number>>;
  readonly process: ProcessSpec;
  readonly probe: Probe;
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  readonly startDeadlineMs: number;
  readonly stopDeadlineMs: number;
  /** Of a program that we did not write; the services tell theirs themselves. */
  readonly version?: string | undefined;
}

/** One process of the stack under our control. */
export interface Part {
  readonly description: PartDescription;
  readonly name: string;
  readonly port: number;
  reference(): ProcessReference | undefined;
  isRunning(): boolean;
  isReady(): Promise<boolean>;
  /** Resolves when the part is ready; throws with the last lines of its log when it ends or misses its deadline. Running already: waits only. */
  start(): Promise<void>;
  /** Asks it to end; SIGKILL after its deadline. */
  stop(): Promise<StopOutcome>;
  /** SIGKILL, at once. Resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGSTOP: the process freezes, its connections stay open. */
  pause(): void;
  resume(): void;
  restart(): Promise<void>;
}

export interface PartOptions {
  readonly lifetime: Lifetime;
  /** Of a process that runs already, read from stack.json. */
  readonly reference?: ProcessReference | undefined;
  /** Aborted when the stack is being stopped: nothing starts any more. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each start and end, to keep stack.json true. */
  readonly onChange: () => void;
}

export class PartFailedError extends Error {
  override readonly name = 'PartFailedError';
}

export function createPart(description: PartDescription, options: PartOptions): Part {
  let reference = options.reference;
  const setReference = (next: ProcessReference | undefined): void => {
    reference = next;
    options.onChange();
  };
  const running = (): boolean => reference !== undefined && isRunning(reference);

  const start = async (): Promise<void> => {
    options.signal?.throwIfAborted();
    if (!running()) setReference(await startProcess(description.process, options.lifetime));
    await waitUntilReady(description, running, options.signal);
  };
  const stop = async (): Promise<StopOutcome> => {
    if (reference === undefined) return 'was-not-running';
    const outcome = await stopProcess(reference, description.stopSignal, description.stopDeadlineMs);
    setReference(undefined);
    return outcome;
  };

  return {
    description,
    name: description.name,
    port: Object.values(description.ports)[0] ?? 0,
    reference: () => reference,
    isRunning: running,
    isReady: async () => running() && (await isReady(description.probe)),
    start,
    stop,
    kill: async () => {
      if (reference === undefined) return;
      await killProcess(reference);
      setReference(undefined);
    },
    pause: () => void (reference !== undefined && signalProcess(reference, 'SIGSTOP')),
    resume: () => void (reference !== undefined && signalProcess(reference, 'SIGCONT')),
    restart: async () => {
      await stop();
      await start();
    },
  };
}

async function waitUntilReady(
  description: PartDescription,
  running: () => boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { name, probe, process, startDeadlineMs } = description;
  const deadline = performance.now() + startDeadlineMs;
  while (!(await isReady(probe))) {
    signal?.throwIfAborted();
    const late = performance.now() > deadline;
    if (running() && !late) {
      await sleep(50);
      continue;
    }
    const what = late ? `was not ready after ${startDeadlineMs / 1000} s` : 'ended while it was starting';
    throw new PartFailedError(
      `${name} ${what}. Last lines of ${process.logFile}:\n${lastLines(process.logFile, 15)}`,
    );
  }
}
