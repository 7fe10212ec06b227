import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { thisMachine } from '@suffrage/stack/machine';
import { table } from '@suffrage/stack/table';
import { type Installation, startDatabases } from './databases.ts';
import { type CommitCell, COMMIT_MODES, measureCommits, openWriter } from './commit-latency.ts';
import { measureReplica, type ReplicaCell } from './replica-delay.ts';
import { syntheticBatches } from './synthetic-batches.ts';

const HELP = `make bench-db

Measures the database on servers of its own, PostgreSQL with a streaming standby, both on this machine: how long a
commit of the processor takes, by number of votes and by what it waits for; how far the standby is behind; and how long
after its commit a vote can be read there. Prints two tables and writes out/bench-db.json.

  QUICK=1   a few seconds instead of a minute, to see that it works

Loopback has no distance: between zones add their round trip to remote_write, on and remote_apply. Aurora commits in
another way (a quorum of its storage nodes): these figures are PostgreSQL's.
`;

const OUT = resolve(import.meta.dirname, '../../out/bench-db.json');

const FULL = { batchVotes: [1, 10, 100, 1_000], rounds: 4, millisPerTurn: 500, readVotes: 200 };
const QUICK = { batchVotes: [1, 100], rounds: 1, millisPerTurn: 100, readVotes: 10 };
const BACKGROUND_VOTES_PER_SECOND = 5_000;

const say = (line: string) => void process.stdout.write(`${line}\n`);
const progress = (line: string) => void process.stderr.write(`${line}\n`);

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) say(HELP);
else await main(values.quick ? QUICK : FULL);

async function main(plan: typeof FULL): Promise<void> {
  mkdirSync(dirname(OUT), { recursive: true });
  const directory = mkdtempSync(join(dirname(OUT), 'bench-db-'));
  let installation: Installation | undefined;
  try {
    progress('starting PostgreSQL and its standby');
    installation = await startDatabases(directory);
    const commits = await commitsOf(installation, plan);
    const replica = await replicaOf(installation, plan.readVotes);
    report(commits, replica);
  } finally {
    await installation?.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function commitsOf({ openStore }: Installation, plan: typeof FULL): Promise<CommitCell[]> {
  const batches = syntheticBatches();
  const writers = await Promise.all(
    COMMIT_MODES.map(
      async (mode, partition) =>
        [mode, await openWriter(openStore(mode, batches.find), batches, partition)] as const,
    ),
  );
  const turns = COMMIT_MODES.length * plan.batchVotes.length * plan.rounds;
  let done = 0;
  return measureCommits(new Map(writers), plan, () => {
    done += 1;
    if (done % COMMIT_MODES.length === 0) progress(`commits: ${done} of ${turns} turns`);
  });
}

/** Asynchronous, and waiting for the standby to have applied; each alone and while others write. */
async function replicaOf(
  { openStore, primary, standby }: Installation,
  votes: number,
): Promise<ReplicaCell[]> {
  const batches = syntheticBatches();
  const cells: ReplicaCell[] = [];
  let partition: number = COMMIT_MODES.length;
  for (const mode of ['local', 'remote_apply'] as const) {
    for (const votesPerSecond of [0, BACKGROUND_VOTES_PER_SECOND]) {
      progress(`reading one's own vote on the standby: ${mode}, beside ${votesPerSecond} votes/s`);
      const store = openStore(mode, batches.find);
      const writer = await openWriter(store, batches, partition);
      const other = await openWriter(store, batches, partition + 1);
      partition += 2;
      const background = votesPerSecond === 0 ? undefined : { writer: other, votesPerSecond };
      cells.push(await measureReplica({ mode, writer, background, primary, standby, votes }));
    }
  }
  return cells;
}

function report(commits: readonly CommitCell[], replica: readonly ReplicaCell[]): void {
  const at = new Date().toISOString();
  const result = { command: 'make bench-db', at, machine: thisMachine(), commits, replica };
  writeFileSync(OUT, `${JSON.stringify(result, null, 2)}\n`);
  say('Commit of the processor, one connection; synchronous_commit with a synchronous standby\n');
  const commitRows = commits.map(
    ({ mode, batchVotes, commits: n, latencyMillis: { p50, p95, p99 }, votesPerSecond }) =>
      [mode, batchVotes, n, p50, p95, p99, votesPerSecond].map(String),
  );
  for (const line of table([
    ['mode', 'votes', 'commits', 'p50 ms', 'p95 ms', 'p99 ms', 'votes/s'],
    ...commitRows,
  ]))
    say(line);
  say('\nReading one’s own vote on the standby after its commit\n');
  const replicaRows = replica.map(
    ({
      mode,
      backgroundVotesPerSecond,
      readOwnVoteMillis: { p50, p99, max },
      atOnce,
      asked,
      replayLagMillis,
    }) =>
      [mode, backgroundVotesPerSecond, p50, p99, max, `${atOnce} of ${asked}`, replayLagMillis].map(String),
  );
  const head = [
    'mode',
    'beside votes/s',
    'p50 ms',
    'p99 ms',
    'max ms',
    'at the first look',
    'greatest replay lag ms',
  ];
  for (const line of table([head, ...replicaRows])) say(line);
  say(`\nwritten to ${OUT}`);
}
