import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Say } from './commands.ts';
import type { Part } from './part.ts';
import { openParts } from './parts.ts';
import { signalProcess } from './process.ts';
import { printedProgress } from './progress.ts';
import { readRefused, tellTried, whatBecame } from './refused-votes.ts';
import { readSecret, secretFiles } from './secrets.ts';

export const REQUEUE_HELP = `make requeue

Valid votes that a database has refused (by a constraint, a trigger) are set aside, and tried again every 30 s. This has the
processors of the local stack try them now, waits until they have, and says what became of them.

  SUFFRAGE_DATA=DIR     where the stack's data lives (default .data/local)

Exit status: 0 none is set aside any more, 1 some are still refused, or the stack is not up.
`;

const ROUND_DEADLINE_MILLIS = 120_000;
const LOOK_MILLIS = 200;
const REQUEST_MILLIS = 3_000;

/** Returns the exit status. @throws Error with one sentence when a processor or a database does not answer. */
export async function requeue(dataDirectory: string, say: Say): Promise<number> {
  const processors = openParts(dataDirectory).filter(({ name }) => name.startsWith('processor-'));
  const stopped = processors.filter(part => !part.isRunning());
  if (processors.length === 0 || stopped.length > 0) {
    const which = stopped.map(({ name }) => name).join(', ');
    say(
      `${which === '' ? 'The stack is' : `${which} of the stack is`} not running, and only processors may count: make up starts what is missing.`,
    );
    return 1;
  }
  const urls = readSecret(secretFiles(dataDirectory).votesDatabases).split('\n');
  const databases = urls.map(url => new pg.Client({ connectionString: url }));
  try {
    await Promise.all(databases.map(database => database.connect()));
    const refused = await Promise.all(databases.map(database => readRefused(database)));
    if (refused.flat().length === 0) {
      say('No vote is set aside: there is nothing to requeue.');
      return 0;
    }
    await tryAgain(processors, say);
    const became = await Promise.all(
      databases.map((database, place) => whatBecame(database, refused[place] ?? [])),
    );
    tellTried(became.flat(), say);
    const left = became.flat().filter(vote => vote.became === 'still refused').length;
    if (left > 0)
      say(
        `${left.toLocaleString('en-US')} still refused: the processors' logs say by what. Mend that in the database, then make requeue again.`,
      );
    return left === 0 ? 0 : 1;
  } finally {
    await Promise.allSettled(databases.map(database => database.end()));
  }
}

/** Asks every processor for a round, and waits until each has ended one that began after the question. */
async function tryAgain(processors: readonly Part[], say: Say): Promise<void> {
  const progress = printedProgress(say);
  try {
    await Promise.all(
      processors.map(async part => {
        const done = progress.begin(part.name);
        const begun = await roundsOf(part, 'begun');
        const reference = part.reference();
        if (reference) signalProcess(reference, 'SIGUSR2');
        const deadline = performance.now() + ROUND_DEADLINE_MILLIS;
        while ((await roundsOf(part, 'done')) <= begun) {
          if (performance.now() > deadline)
            throw new Error(
              `${part.name} has not tried again within ${ROUND_DEADLINE_MILLIS / 1000} s: ${part.description.process.logFile} says why`,
            );
          await sleep(LOOK_MILLIS);
        }
        done('has tried again');
      }),
    );
  } finally {
    progress.end();
  }
}

async function roundsOf({ name, description }: Part, state: 'begun' | 'done'): Promise<number> {
  const address = `http://127.0.0.1:${description.ports.metrics}/metrics`;
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(REQUEST_MILLIS) });
    const line = new RegExp(
      `^suffrage_processor_requeue_rounds_total\\{.*state="${state}".*\\} (\\d+)$`,
      'm',
    );
    return Number(line.exec(await response.text())?.[1] ?? 0);
  } catch (cause) {
    throw new Error(`${name} does not answer at ${address}: make status tells more`, { cause });
  }
}
