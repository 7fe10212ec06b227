import pg from 'pg';
import type { RowOutcome } from './records.ts';

/** One row that claims to be the outcome of one record. */
export type OutcomeRow = {
  readonly partition: number;
  readonly offset: number;
  readonly outcome: RowOutcome;
  readonly code: string | null;
  readonly electionId: string | null;
  readonly voteId: Buffer | null;
  /** The vote it gave way to: older revisions, duplicates and superseded votes. */
  readonly target: Buffer | null;
  readonly revision: number | null;
  // Of counted votes only.
  readonly ballotKey: Buffer | null;
  readonly selections: Buffer | null;
  readonly castAt: number | null;
};

export type ProgressRow = {
  readonly partition: number;
  readonly nextOffset: number;
  readonly counted: number;
  readonly notCounted: number;
};
export type TallyRow = { electionId: string; contest: string; option: string; votes: number };
export type IntakeRow = { electionId: string; instance: string; partition: number; votes: number };

/** One database at one instant: everything is read in one repeatable-read transaction that began when it was opened. */
export type DatabaseView = {
  /** Host and name, no credentials. */
  readonly name: string;
  readonly progress: readonly ProgressRow[];
  /** Rows of `votes`, `superseded` and `outcomes`, some thousand at a time. */
  readRows(onRow: (row: OutcomeRow) => void): Promise<void>;
  readTallies(): Promise<readonly TallyRow[]>;
  readIntake(): Promise<readonly IntakeRow[]>;
  close(): Promise<void>;
};

const CONNECT_DEADLINE_MILLIS = 5_000;
const ROWS_PER_FETCH = 5_000;

const nothing = 'null::bytea as ballot_key, null::bytea as selections, null::bigint as cast_at';
const ROWS = [
  `select partition, record_offset, 'counted' as outcome, null::text as code, election_id, vote_id,
     null::bytea as target, revision, ballot_key, selections, cast_at
   from votes`,
  `select partition, record_offset, 'superseded' as outcome, null::text as code, election_id, vote_id,
     superseded_by as target, revision, ${nothing}
   from superseded`,
  `select partition, record_offset, outcome, code, election_id, vote_id,
     gave_way_to as target, null::integer as revision, ${nothing}
   from outcomes`,
];

type RawRow = {
  partition: number;
  record_offset: string;
  outcome: RowOutcome;
  code: string | null;
  election_id: string | null;
  vote_id: Buffer | null;
  target: Buffer | null;
  revision: number | null;
  ballot_key: Buffer | null;
  selections: Buffer | null;
  cast_at: string | null;
};

/** @throws Error that names the database when it does not answer or does not have the tables. */
export async function openDatabase(url: string, topic: string): Promise<DatabaseView> {
  const name = databaseName(url);
  const client = new pg.Client({
    connectionString: url,
    application_name: 'suffrage-audit',
    connectionTimeoutMillis: CONNECT_DEADLINE_MILLIS,
    // Between its first and its last statement the audit reads the whole log.
    options: '-c idle_in_transaction_session_timeout=0 -c statement_timeout=0',
  });
  // A connection lost between two statements makes the next one fail; without a listener it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('begin transaction isolation level repeatable read, read only');
    const progress = await readProgress(client, topic);
    return {
      name,
      progress,
      readRows: onRow => readRows(client, onRow),
      readTallies: () => readTallies(client),
      readIntake: () => readIntake(client),
      close: () => client.end(),
    };
  } catch (error) {
    await client.end().catch(() => undefined);
    throw new Error(`database ${name} can not be read`, { cause: error });
  }
}

function databaseName(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

async function readProgress(client: pg.Client, topic: string): Promise<ProgressRow[]> {
  const { rows } = await client.query<
    Record<'next_offset' | 'counted' | 'not_counted', string> & { partition: number }
  >('select partition, next_offset, counted, not_counted from progress where topic = $1 order by partition', [
    topic,
  ]);
  return rows.map(row => ({
    partition: row.partition,
    nextOffset: Number(row.next_offset),
    counted: Number(row.counted),
    notCounted: Number(row.not_counted),
  }));
}

async function readRows(client: pg.Client, onRow: (row: OutcomeRow) => void): Promise<void> {
  for (const query of ROWS) {
    await client.query(`declare audit_rows no scroll cursor for ${query}`);
    for (;;) {
      const { rows } = await client.query<RawRow>(`fetch forward ${ROWS_PER_FETCH} from audit_rows`);
      if (rows.length === 0) break;
      for (const row of rows) onRow(toOutcomeRow(row));
    }
    await client.query('close audit_rows');
  }
}

function toOutcomeRow(row: RawRow): OutcomeRow {
  return {
    partition: row.partition,
    offset: Number(row.record_offset),
    outcome: row.outcome,
    code: row.code,
    electionId: row.election_id,
    voteId: row.vote_id,
    target: row.target,
    revision: row.revision,
    ballotKey: row.ballot_key,
    selections: row.selections,
    castAt: row.cast_at === null ? null : Number(row.cast_at),
  };
}

async function readTallies(client: pg.Client): Promise<TallyRow[]> {
  const { rows } = await client.query<Record<'election_id' | 'contest' | 'option' | 'votes', string>>(
    `select election_id, contest, option, sum(votes) as votes
     from tallies
     group by election_id, contest, option
     order by election_id, contest, option`,
  );
  return rows.map(({ election_id, contest, option, votes }) => ({
    electionId: election_id,
    contest,
    option,
    votes: Number(votes),
  }));
}

async function readIntake(client: pg.Client): Promise<IntakeRow[]> {
  const { rows } = await client.query<
    Record<'election_id' | 'instance' | 'votes', string> & { partition: number }
  >('select election_id, instance, partition, votes from intake order by election_id, instance, partition');
  return rows.map(({ election_id, instance, partition, votes }) => ({
    electionId: election_id,
    instance,
    partition,
    votes: Number(votes),
  }));
}
