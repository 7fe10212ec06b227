import { existsSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { startInfrastructureIn } from './infrastructure.ts';
import { createParts, openParts, stopInOrder } from './parts.ts';
import { printedProgress } from './progress.ts';
import { startServices } from './start-services.ts';
import { readState } from './state.ts';
import { statusOf, statusTable } from './status.ts';

export type Say = (line: string) => void;

/** Starts the stack, or says that it is up. Returns the exit status. */
export async function up(dataDirectory: string, brokers: 1 | 3, say: Say): Promise<number> {
  const running = openParts(dataDirectory).filter(part => part.isRunning());
  if (running.length > 0) return describeRunning(dataDirectory, running.length, say);
  const parts = createParts(dataDirectory, 'detached', brokers);
  const interrupt = () => {
    say('stopping what was started …');
    void parts.stopAll().then(() => process.exit(130));
  };
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  say(`Starting the stack in ${dataDirectory}`);
  const progress = printedProgress(say);
  try {
    const infrastructure = await startInfrastructureIn(parts, {
      dataDirectory,
      ports: 'default',
      brokers,
      progress,
    });
    const services = await startServices(infrastructure, { progress });
    parts.markComplete();
    say(`The stack is up: ${services.urls('web')[0] ?? ''}`);
    return 0;
  } finally {
    progress.end();
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
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
  await stopInOrder(parts, (part, outcome) => {
    if (outcome === 'stopped') say(`  ${part.name} stopped`);
    if (outcome === 'killed') say(`  ${part.name} did not stop in time and was killed`);
  });
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

/** Stops the stack and removes its data, after asking. */
export async function reset(dataDirectory: string, sure: boolean, say: Say): Promise<number> {
  if (!existsSync(dataDirectory)) {
    say('There is nothing to remove.');
    return 0;
  }
  if (!sure && !(await confirmed(`Remove ${dataDirectory} with all elections and votes in it? [y/N] `))) {
    say('Nothing was removed.');
    return 1;
  }
  await down(dataDirectory, say);
  rmSync(dataDirectory, { recursive: true, force: true });
  say(`${dataDirectory} is removed.`);
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
