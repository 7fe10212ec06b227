import { readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Kafka, logLevel } from 'kafkajs';
import { startInfrastructureIn } from './infrastructure.ts';
import { lockStack } from './lock.ts';
import type { Part } from './part.ts';
import { createParts, openParts, type Parts, stopInOrder } from './parts.ts';
import { defaultInfrastructurePorts, infrastructurePortNames, requireFreePorts } from './ports.ts';
import { runToEnd } from './process.ts';
import { printedProgress } from './progress.ts';
import { DEFAULT_COUNTS, defaultPlaces, telemetrySettings } from './services.ts';
import { DEFAULT_SHARDS, prepareLogProcess, servicePortNames, startServices } from './start-services.ts';
import { managerToken } from './secrets.ts';
import { readState } from './state.ts';
import { statusOf, statusTable } from './status.ts';

export type Say = (line: string) => void;

/**
 * Starts the stack, or says that it is up; a part that has ended since is started again. Without a number of brokers
 * it is that of the data, else 1. Returns the exit status.
 */
export async function up(dataDirectory: string, brokers: 1 | 3 | undefined, say: Say): Promise<number> {
  const unlock = lockStack(dataDirectory);
  try {
    const state = readState(dataDirectory);
    const known = openParts(dataDirectory);
    const running = known.filter(part => part.isRunning());
    if (running.length > 0 && state?.complete)
      return await startMissing(dataDirectory, known, state.brokers, brokers, say);
    if (running.length > 0) {
      say('An earlier start was interrupted; stopping what it left:');
      await stopAndTell(running, say);
    }
    return await startAll(dataDirectory, brokers ?? (state?.brokers === 3 ? 3 : 1), say);
  } finally {
    unlock();
  }
}

async function startAll(dataDirectory: string, brokers: 1 | 3, say: Say): Promise<number> {
  // All ports before anything starts: a used one is then told at once, not after half of the start.
  await requireFreePorts([
    ...infrastructurePortNames(defaultInfrastructurePorts(brokers)),
    ...servicePortNames(defaultPlaces(DEFAULT_COUNTS)),
  ]);
  const parts = createParts(dataDirectory, 'detached', brokers);
  return undoneByInterrupt(
    () => parts.stopAll(),
    say,
    () => start(parts, brokers, say),
  );
}

/** The usual case is that nothing is missing. */
async function startMissing(
  dataDirectory: string,
  parts: readonly Part[],
  brokers: number,
  wanted: number | undefined,
  say: Say,
): Promise<number> {
  if (wanted !== undefined && wanted !== brokers) {
    say(
      `The stack is up with ${brokers} Kafka broker(s), not ${wanted}: make reset removes it, with its data.`,
    );
    return 1;
  }
  const missing = parts.filter(part => !part.isRunning());
  const undo = () => stopInOrder(missing);
  return undoneByInterrupt(undo, say, async () => {
    const progress = printedProgress(say);
    try {
      // In the order of the first start: the servers come before the services.
      for (const part of missing) {
        const done = progress.begin(part.name);
        await part.start();
        done(`had ended and is ready again on port ${part.port}`);
      }
    } finally {
      progress.end();
    }
    const page = `http://127.0.0.1:${parts.find(({ name }) => name.startsWith('web-'))?.port ?? 0}`;
    say(`The stack is up${missing.length === 0 ? ' already' : ''}: ${page} (make status tells more)`);
    say(manageLine(page, dataDirectory));
    return 0;
  });
}

async function start(parts: Parts, brokers: 1 | 3, say: Say): Promise<number> {
  const { dataDirectory } = parts;
  say(`Starting the stack in ${dataDirectory}`);
  const progress = printedProgress(say);
  try {
    const options = { dataDirectory, ports: 'default', brokers, progress } as const;
    const infrastructure = await startInfrastructureIn(parts, options);
    const services = await startServices(infrastructure, {
      progress,
      extra: telemetrySettings(process.env),
    });
    parts.markComplete();
    const [page = ''] = services.urls('web');
    say(`The stack is up: ${page}`);
    say(manageLine(page, dataDirectory));
    return 0;
  } finally {
    progress.end();
  }
}

/** Whoever reads this can read the token's file, too, and reaches the stack from this machine alone. */
function manageLine(page: string, dataDirectory: string): string {
  return `Manage elections: ${page}/manage, with the token ${managerToken(dataDirectory)}`;
}

/** Ctrl-C, SIGTERM or a closed terminal undoes what `work` has started before this resolves (with 130). */
async function undoneByInterrupt(
  undo: () => Promise<void>,
  say: Say,
  work: () => Promise<number>,
): Promise<number> {
  let undone: Promise<void> | undefined;
  const interrupt = () => {
    if (undone !== undefined) return;
    say('Interrupted: stopping what was started …');
    undone = undo();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, interrupt);
  try {
    const exitStatus = await work();
    return undone === undefined ? exitStatus : 130;
  } catch (error) {
    if (undone === undefined) throw error;
    return 130;
  } finally {
    // Once more, now that the work has ended: it may have started its last process while the others were being stopped.
    if (undone !== undefined) await undone.then(undo);
    for (const signal of signals) process.off(signal, interrupt);
  }
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
    await stopAndTell(parts, say);
  } finally {
    unlock();
  }
  say(`The stack is down. Its data is kept in ${dataDirectory} (make reset removes it).`);
  return 0;
}

async function stopAndTell(parts: readonly Part[], say: Say): Promise<void> {
  await stopInOrder(parts, (part, outcome) => {
    if (outcome === 'stopped') say(`  ${part.name} stopped`);
    if (outcome === 'killed') say(`  ${part.name} did not stop in time and was killed`);
  });
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

const SCALE_DEADLINE_MILLIS = 120_000;

/** Adds partitions to topic `votes` of the running stack; nobody has to stop voting. Returns the exit status. */
export async function scalePartitions(dataDirectory: string, wanted: number, say: Say): Promise<number> {
  const brokers = openParts(dataDirectory).filter(({ name }) => name.startsWith('kafka-'));
  if (brokers.length === 0 || !brokers.every(broker => broker.isRunning())) {
    say('The brokers of the stack are not running: make up starts them.');
    return 1;
  }
  const addresses = brokers.map(({ port }) => `127.0.0.1:${port}`);
  const before = await countPartitions(addresses);
  if (wanted < before) {
    say(`Topic votes has ${before} partitions; Kafka only adds some, it never takes any away.`);
    return 1;
  }
  const cluster = { bootstrap: addresses.join(','), brokers: brokers.length };
  const shape = { namespace: '', partitions: wanted, shards: DEFAULT_SHARDS };
  say(`Adding ${wanted - before} partitions to the ${before} of topic votes …`);
  await runToEnd(
    'Adding partitions',
    prepareLogProcess(cluster, shape, dataDirectory),
    SCALE_DEADLINE_MILLIS,
  );
  say(`Topic votes has ${await countPartitions(addresses)} partitions.`);
  return 0;
}

async function countPartitions(brokers: string[]): Promise<number> {
  const admin = new Kafka({ clientId: 'suffrage-stack', brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: ['votes'] });
    return topics[0]?.partitions.length ?? 0;
  } finally {
    await admin.disconnect();
  }
}

/** What a stack keeps in its directory. Nothing else is removed: SUFFRAGE_DATA may name a directory with other things in it. */
const KEPT = ['kafka', 'logs', 'postgres', 'prometheus', 'redis', 'secrets', 'stack.json', 'stack.json.new'];

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
