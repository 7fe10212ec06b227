import { setTimeout as sleep } from 'node:timers/promises';
import { databaseName } from '@suffrage/audit/connect-database';
import { databaseAt } from '@suffrage/audit/encryption';
import { explain } from '@suffrage/audit/explain';
import { openProgress, progressBar } from '@suffrage/stack/progress-line';
import {
  readRefused,
  type RefusedVote,
  tellRefused,
  tellTried,
  type TriedVote,
  whatBecame,
} from '@suffrage/stack/refused-votes';
import pg from 'pg';
import { readSettings, type Settings, usage } from './settings.ts';

const NONE_LEFT = 0;
const SOME_LEFT = 1;
const NOT_LOOKED = 2;

const CONNECT_MILLIS = 5_000;
const STATEMENT_MILLIS = 60_000;
const LOOK_MILLIS = 1_000;

type Database = { readonly client: pg.Client; readonly refused: readonly RefusedVote[] };

const say = (line: string) => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const settings = readSettings(process.argv.slice(2));
  if (settings === 'help') {
    process.stdout.write(usage);
    return NONE_LEFT;
  }
  const clients: pg.Client[] = [];
  try {
    for (const url of settings.databaseUrls) clients.push(await connect(url));
    const databases = await Promise.all(
      clients.map(async client => ({ client, refused: await readRefused(client, settings.election) })),
    );
    return await report(databases, settings);
  } finally {
    await Promise.allSettled(clients.map(client => client.end()));
  }
}

/** @throws Error that names the database. */
async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    ...databaseAt(url),
    application_name: 'suffrage-requeue',
    connectionTimeoutMillis: CONNECT_MILLIS,
    statement_timeout: STATEMENT_MILLIS,
  });
  // A connection that is lost while it rests shows in the next query.
  client.on('error', () => undefined);
  await client.connect().catch((cause: unknown) => {
    throw new Error(`database ${databaseName(url)} does not answer`, { cause });
  });
  return client;
}

async function report(databases: readonly Database[], { dryRun, patienceMillis }: Settings): Promise<number> {
  const refused = databases.flatMap(database => database.refused);
  if (refused.length === 0) {
    say('No vote is set aside: there is nothing to requeue.');
    return NONE_LEFT;
  }
  if (dryRun) {
    tellRefused(refused, say);
    return SOME_LEFT;
  }
  const tried = await untilTried(databases, patienceMillis);
  tellTried(tried, say);
  const left = refusedOf(tried).length;
  if (left === 0) return NONE_LEFT;
  say(
    `${left.toLocaleString('en-US')} still refused: the processors' logs say by what. Mend that in the database; processors that run try again every 30 s.`,
  );
  return SOME_LEFT;
}

/** Looks until none is left, or none was taken for as long as there is patience. */
async function untilTried(databases: readonly Database[], patienceMillis: number): Promise<TriedVote[]> {
  const total = databases.flatMap(({ refused }) => refused).length;
  process.stderr.write(`${total.toLocaleString('en-US')} set aside: waiting for the processors\n`);
  const progress = openProgress(process.stderr);
  let left = total;
  let takenAt = performance.now();
  for (;;) {
    const tried = (
      await Promise.all(databases.map(({ client, refused }) => whatBecame(client, refused)))
    ).flat();
    const still = refusedOf(tried).length;
    if (still < left) takenAt = performance.now();
    left = still;
    if (left === 0 || performance.now() - takenAt >= patienceMillis) {
      progress.clear();
      return tried;
    }
    progress.show(progressBar('taken', total - left, total));
    await sleep(LOOK_MILLIS);
  }
}

function refusedOf(votes: readonly TriedVote[]): readonly TriedVote[] {
  return votes.filter(({ became }) => became === 'still refused');
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`);
  return NOT_LOOKED;
});
