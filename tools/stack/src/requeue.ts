import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Say } from './commands.ts';
import type { Part } from './part.ts';
import { openParts } from './parts.ts';
import { signalProcess } from './process.ts';
import { printedProgress } from './progress.ts';
import { readSecret, secretFiles } from './secrets.ts';
import { table } from './table.ts';

export const REQUEUE_HELP = `make requeue

Valid votes that a database has refused (by a constraint, a trigger) are set aside, and tried again every 30 s. This has the
processors of the local stack try them now, waits until they have, and says what became of them.

  SUFFRAGE_DATA=DIR     where the stack's data lives (default .data/local)

Exit status: 0 none is set aside any more, 1 some are still refused, or the stack is not up.
`;

/** One vote that is set aside. */
type Refused = { readonly partition: number; readonly offset: string; readonly election: string };
type Became = 'counted' | 'not counted' | 'still refused';

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
    const refused = await Promise.all(databases.map(readRefused));
    if (refused.flat().length === 0) {
      say('No vote is set aside: there is nothing to requeue.');
      return 0;
    }
    await tryAgain(processors, say);
    const became = await Promise.all(
      databases.map((database, place) => whatBecame(database, refused[place] ?? [])),
    );
    return tell(became.flat(), say);
  } finally {
    await Promise.allSettled(databases.map(database => database.end()));
  }
}

async function readRefused(database: pg.Client): Promise<Refused[]> {
  const { rows } = await database.query<Refused>(
    `select partition, record_offset as offset, election_id as election from outcomes
     where code = 'database-refused' order by partition, record_offset`,
  );
  return rows;
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

/** A vote that counts after all has left table `outcomes`. */
async function whatBecame(
  database: pg.Client,
  refused: readonly Refused[],
): Promise<(Refused & { readonly became: Became })[]> {
  const { rows } = await database.query<Refused & { became: Became }>(
    `select refused.*, case when o.partition is null then 'counted'
       when o.code = 'database-refused' then 'still refused' else 'not counted' end as became
     from unnest($1::int[], $2::bigint[], $3::text[]) as refused (partition, "offset", election)
     left join outcomes o on o.partition = refused.partition and o.record_offset = refused.offset`,
    [
      refused.map(({ partition }) => partition),
      refused.map(({ offset }) => offset),
      refused.map(({ election }) => election),
    ],
  );
  return rows;
}

function tell(votes: readonly (Refused & { readonly became: Became })[], say: Say): number {
  const number = (those: typeof votes, became: Became) =>
    those.filter(vote => vote.became === became).length.toLocaleString('en-US');
  const groups = Map.groupBy(votes, ({ election, partition }) => `${election}/${partition}`);
  const rows = [...groups.values()].map(those => [
    those[0]?.election ?? '',
    String(those[0]?.partition),
    those.length.toLocaleString('en-US'),
    number(those, 'counted'),
    number(those, 'not counted'),
    number(those, 'still refused'),
  ]);
  const head = ['election', 'partition', 'set aside', 'counted', 'not counted', 'still refused'];
  say(table([head, ...rows.toSorted()]).join('\n'));
  const left = votes.filter(({ became }) => became === 'still refused').length;
  if (left === 0) return 0;
  say(
    `${left.toLocaleString('en-US')} still refused: the processors' logs say by what. Mend that in the database, then make requeue again.`,
  );
  return 1;
}
