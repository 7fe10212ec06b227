import { readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { startInfrastructureIn } from './infrastructure.ts';
import { lockStack } from './lock.ts';
import { createParts, openParts, type Parts, stopInOrder } from './parts.ts';
import { defaultInfrastructurePorts, infrastructurePortNames, requireFreePorts } from './ports.ts';
import { printedProgress } from './progress.ts';
import { DEFAULT_COUNTS, defaultPlaces } from './services.ts';
import { servicePortNames, startServices } from './start-services.ts';
import { readState } from './state.ts';
import { statusOf, statusTable } from './status.ts';

export type Say = (line: string) => void;

/** Starts the stack, or says that it is up. Returns the exit status. */
export async function up(dataDirectory: string, brokers: 1 | 3, say: Say): Promise<number> {
  const running = openParts(dataDirectory).filter(part => part.isRunning());
  if (running.length > 0) return describeRunning(dataDirectory, running.length, say);
  const unlock = lockStack(dataDirectory);
  try {
    // All ports before anything starts: a used one is then told at once, not after half of the start.
    await requireFreePorts([
      ...infrastructurePortNames(defaultInfrastructurePorts(brokers)),
      ...servicePortNames(defaultPlaces(DEFAULT_COUNTS)),
    ]);
    const parts = createParts(dataDirectory, 'detached', brokers);
    return await undoneByInterrupt(parts, say, () => start(parts, brokers, say));
  } finally {
    unlock();
  }
}

async function start(parts: Parts, brokers: 1 | 3, say: Say): Promise<number> {
  const { dataDirectory } = parts;
  say(`Starting the stack in ${dataDirectory}`);
  const progress = printedProgress(say);
  try {
    const options = { dataDirectory, ports: 'default', brokers, progress } as const;
    const infrastructure = await startInfrastructureIn(parts, options);
    const services = await startServices(infrastructure, { progress });
    parts.markComplete();
    say(`The stack is up: ${services.urls('web')[0] ?? ''}`);
    return 0;
  } finally {
    progress.end();
  }
}

/** Ctrl-C, SIGTERM or a closed terminal stops whatever `work` has started before this resolves (with 130). */
async function undoneByInterrupt(parts: Parts, say: Say, work: () => Promise<number>): Promise<number> {
  let stopped: Promise<void> | undefined;
  const interrupt = () => {
    if (stopped !== undefined) return;
    say('Interrupted: stopping what was started …');
    stopped = parts.stopAll();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, interrupt);
  try {
    const exitStatus = await work();
    return stopped === undefined ? exitStatus : 130;
  } catch (error) {
    if (stopped === undefined) throw error;
    return 130;
  } finally {
    // Only now: the work may have started its last process while the others were being stopped.
    if (stopped !== undefined) await parts.stopAll();
    for (const signal of signals) process.off(signal, interrupt);
  }
}

function describeRunning(dataDirectory: string, running: number, say: Say): number {
  const state = readState(dataDirectory);
  const expected = state?.parts.length ?? 0;
  const page = state?.parts.find(({ description }) => description.name.startsWith('web'))?.description.ports
    .http;
  if (state?.complete && running === expected) {
    say(`The stack is up already: http://127.0.0.1:${page ?? 0} (make status tells more)`);
    return 0;
  }
  say(
    `The stack is up in part, ${running} of ${expected} processes: make down stops them, make up then starts afresh.`,
  );
  return 1;
}

/** Stops what runs, in reverse order, and keeps the data. */
export async function down(dataDirectory: string, say: Say): Promise<number> {
  const parts = openParts(dataDirectory);
  if (!parts.some(part => part.isRunning())) {
    say('Nothing is running.');
    return 0;
  }
  const unlock = lockStack(dataDirectory);
  try {
    await stopInOrder(parts, (part, outcome) => {
      if (outcome === 'stopped') say(`  ${part.name} stopped`);
      if (outcome === 'killed') say(`  ${part.name} did not stop in time and was killed`);
    });
  } finally {
    unlock();
  }
  say(`The stack is down. Its data is kept in ${dataDirectory} (make reset removes it).`);
  return 0;
}

/** Exit status 1 when a part is not healthy. */
export async function status(dataDirectory: string, say: Say): Promise<number> {
  const parts = openParts(dataDirectory);
  if (parts.length === 0) {
    say('There is no stack here yet: make up starts one.');
    return 1;
  }
  const statuses = await Promise.all(parts.map(statusOf));
  say(statusTable(statuses));
  return statuses.every(({ healthy }) => healthy) ? 0 : 1;
}

/** What a stack keeps in its directory. Nothing else is removed: SUFFRAGE_DATA may name a directory with other things in it. */
const KEPT = ['kafka', 'logs', 'postgres', 'redis', 'secrets', 'stack.json', 'stack.json.new'];

/** Stops the stack and removes its data, after asking. */
export async function reset(dataDirectory: string, sure: boolean, say: Say): Promise<number> {
  if (readState(dataDirectory) === undefined) {
    say('There is nothing to remove.');
    return 0;
  }
  if (!sure && !(await confirmed(`Remove ${dataDirectory} with all elections and votes in it? [y/N] `))) {
    say('Nothing was removed.');
    return 1;
  }
  await down(dataDirectory, say);
  for (const name of KEPT) rmSync(join(dataDirectory, name), { recursive: true, force: true });
  if (readdirSync(dataDirectory).length === 0) rmdirSync(dataDirectory);
  say(`The data in ${dataDirectory} is removed.`);
  return 0;
}

async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    process.stderr.write(
      'reset: nobody can be asked here; YES=1 make reset removes the data without asking.\n',
    );
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(question);
  terminal.close();
  return /^y(?:es)?$/i.test(answer.trim());
}
