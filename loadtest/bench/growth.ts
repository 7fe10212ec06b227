import { cpuMicros, perVote, totalOfServers } from './processes.ts';
import { type AuditFigures, CORES, onStage, type Run, WARM_UP } from './run.ts';
import type { VoteSet } from './votes.ts';
import { drained } from './watch.ts';
import type { Shape, World } from './world.ts';

export type Growth = Shape & {
  /** Votes that were there before, made in the database. */
  readonly stored: number;
  /** Votes that then went the whole way. */
  readonly votes: number;
  readonly cpuMicrosPerVote: Readonly<Record<string, number>>;
  /** All server processes. */
  readonly serverMicrosPerVote: number;
  readonly audit: AuditFigures;
};

/** What a vote costs where so many are stored already, in so many partitions and shards. */
export function measureGrowth(
  run: Run,
  options: Shape & { readonly stored: number; readonly votes: number; readonly rate: number },
): Promise<Growth> {
  const { stored, partitions, shards, votes, rate } = options;
  const shape = { partitions, shards };
  const prepare = (world: World, { election }: VoteSet) => store(run, world, election.definition.id, stored);
  return onStage(
    run,
    { mode: 'secret', shape, prepare },
    async ({ cast, client, world }) => {
      await cast('rest', WARM_UP);
      await drained(world);
      const pids = { client: client.pid, ...world.pids };
      const before = cpuMicros(pids);
      const { accepted } = await cast('rest', { rate, seconds: votes / rate, duplicates: 0 });
      await drained(world);
      const cpuMicrosPerVote = perVote(before, cpuMicros(pids), accepted);
      const serverMicrosPerVote = Math.round(totalOfServers(cpuMicrosPerVote));
      return { ...shape, stored, votes: accepted, cpuMicrosPerVote, serverMicrosPerVote };
    },
    removeStored,
  );
}

/** The mark of votes that no record of the log stands for: the audit is not shown them. */
const SYNTHETIC = -1;

/** In the same election, so that what is inserted later meets an index of that size at random places. */
async function store({ say }: Run, { pool }: World, electionId: string, votes: number): Promise<void> {
  if (votes === 0) return;
  say(`  storing ${votes.toLocaleString('en')} synthetic votes`);
  // Building the index at the end takes a fraction of the time.
  await pool.query('alter table votes drop constraint votes_pkey');
  const share = Math.ceil(votes / CORES);
  const insert = (from: number) =>
    pool.query(
      `insert into votes (election_id, ballot_key, vote_id, revision, selections, cast_at, record_offset, partition)
       select $1, key, key, 0, '\\x000100000000', 0, n, ${SYNTHETIC}
       from (select n, sha256(n::text::bytea) as key from generate_series($2::int, $3::int) as n) as made`,
      [electionId, from + 1, Math.min(votes, from + share)],
    );
  await Promise.all(Array.from({ length: CORES }, (_, part) => insert(part * share)));
  const client = await pool.connect();
  try {
    await client.query(`set maintenance_work_mem = '1GB'`);
    await client.query('alter table votes add primary key (election_id, ballot_key)');
    await client.query('vacuum analyze votes');
    await client.query('checkpoint');
    await client.query('reset maintenance_work_mem');
  } finally {
    client.release();
  }
}

/** Copying the real ones is quicker than deleting the others. */
async function removeStored({ pool }: World): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(
      `create temporary table real_votes on commit drop as select * from votes where partition <> ${SYNTHETIC}`,
    );
    await client.query('truncate votes');
    await client.query('insert into votes select * from real_votes');
    await client.query('commit');
  } finally {
    client.release();
  }
}
