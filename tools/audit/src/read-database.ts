import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { type CopyRow, parseCopy } from './copy-binary.ts';
import { type RowOutcome, rowOutcomes } from './entry.ts';
import type { PartitionRange } from './ranges.ts';

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
  readonly url: string;
  /** Host and name, no credentials. */
  readonly name: string;
  /** By this other connections see the same instant, while this one is open. */
  readonly snapshot: string;
  readonly progress: readonly ProgressRow[];
  /** Records accounted for, as snapshots of results are numbered. */
  readonly version: number;
  /** Size of table `votes` in pages. */
  readonly pages: number;
  /** Rows of `superseded` and `outcomes` outside the given ranges. */
  readOutsideRows(ranges: readonly PartitionRange[], onRow: (row: OutcomeRow) => void): Promise<void>;
  readTallies(): Promise<readonly TallyRow[]>;
  readIntake(): Promise<readonly IntakeRow[]>;
  /** Official statements, what each partition holds of the elections they are about, and which are frozen. */
  readOfficial(): Promise<OfficialRows>;
  close(): Promise<void>;
};

/** A row of table `statements`. */
export type StatementRow = {
  readonly electionId: string;
  readonly kind: string;
  readonly statement: string;
};

/** What one partition holds of one election, in table `votes` and in `superseded`. */
export type Holding = {
  readonly electionId: string;
  readonly partition: number;
  readonly votes: number;
  readonly superseded: number;
  /** The lowest offset of a record that is, or was, counted. */
  readonly firstOffset: number;
};

export type OfficialRows = {
  readonly statements: readonly StatementRow[];
  readonly sealed: ReadonlySet<string>;
  /** What this database holds of these elections. */
  readHoldings(electionIds: readonly string[]): Promise<readonly Holding[]>;
};

/** Another connection to the same instant. */
export type SnapshotReader = {
  /** Rows of `superseded` and `outcomes` in a range. */
  readRowsIn(range: PartitionRange, onRow: (row: CopyRow) => void): Promise<void>;
  /** Rows of `votes` on these pages. */
  readCountedRows(from: number, to: number, onRow: (row: CopyRow) => void): Promise<void>;
};

const CONNECT_MILLIS = 5_000;
const BEGIN = 'begin transaction isolation level repeatable read, read only';

/** Rows go out in this shape, whatever their table: see `toOutcomeRow`. */
const COUNTED = `partition, record_offset, 'counted', null, election_id, vote_id, null, revision, ballot_key, selections, cast_at`;
const SUPERSEDED = `partition, record_offset, 'superseded', null, election_id, vote_id, superseded_by, revision, null, null, null`;
const OUTCOMES = `partition, record_offset, outcome, code, election_id, vote_id, gave_way_to, null, null, null, null`;

/** @throws Error when the database does not answer, or is not a votes database. */
export async function openDatabase(url: string, topic: string): Promise<DatabaseView> {
  const name = databaseName(url);
  return connect(url, async client => {
    await client.query(BEGIN);
    const { rows } = await client.query<{ snapshot: string; pages: number }>(
      `select pg_export_snapshot() as snapshot,
        (pg_relation_size('votes') / current_setting('block_size')::int)::int as pages`,
    );
    const [about] = rows;
    if (!about) throw new Error('the database gave no snapshot');
    const progress = await readProgress(client, topic);
    const version = await readVersion(client);
    return {
      url,
      name,
      ...about,
      version,
      progress,
      readOutsideRows: (ranges, onRow) => readOutsideRows(client, ranges, onRow),
      readTallies: () => readTallies(client),
      readIntake: () => readIntake(client),
      readOfficial: () => readOfficial(client),
      close: () => client.end(),
    };
  });
}

/** @throws Error when the database does not answer, or the view that exported the snapshot is closed. */
export async function openSnapshot(url: string, snapshot: string): Promise<SnapshotReader> {
  return connect(url, async client => {
    await client.query(BEGIN);
    await client.query(`set transaction snapshot ${client.escapeLiteral(snapshot)}`);
    return {
      readRowsIn: ({ partition, start, end }, onRow) => {
        const place = `partition = ${partition} and record_offset >= ${start} and record_offset < ${end}`;
        return copyRows(
          client,
          `select ${SUPERSEDED} from superseded where ${place}
           union all select ${OUTCOMES} from outcomes where ${place}`,
          onRow,
        );
      },
      readCountedRows: (from, to, onRow) =>
        copyRows(
          client,
          `select ${COUNTED} from votes where ctid >= '(${from},0)'::tid and ctid < '(${to},0)'::tid`,
          onRow,
        ),
    };
  });
}

async function connect<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'suffrage-audit',
    connectionTimeoutMillis: CONNECT_MILLIS,
    // The transaction stays open while the log is read.
    statement_timeout: 0,
    idle_in_transaction_session_timeout: 0,
  });
  // A connection that is lost while it rests shows in the next query.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await use(client);
  } catch (error) {
    await client.end().catch(() => undefined);
    throw new Error(`database ${databaseName(url)} can not be read`, { cause: error });
  }
}

async function readOutsideRows(
  client: pg.Client,
  ranges: readonly PartitionRange[],
  onRow: (row: OutcomeRow) => void,
): Promise<void> {
  const inside = ranges.map(
    ({ partition, start, end }) => `(${partition}, ${start}::bigint, ${end}::bigint)`,
  );
  const values = inside.length > 0 ? inside.join(', ') : '(null::int, null::bigint, null::bigint)';
  const outside = `not exists (
    select from (values ${values}) as inside (part, start_offset, end_offset)
    where part = partition and record_offset >= start_offset and record_offset < end_offset)`;
  await copyRows(
    client,
    `select ${SUPERSEDED} from superseded where ${outside}
     union all select ${OUTCOMES} from outcomes where ${outside}`,
    row => onRow(toOutcomeRow(row)),
  );
}

/** COPY in binary: a fifth of the time of a query that makes an object with texts of each row. */
async function copyRows(client: pg.Client, select: string, onRow: (row: CopyRow) => void): Promise<void> {
  const stream = client.query(copyTo(`copy (${select}) to stdout (format binary)`));
  const parse = parseCopy(onRow);
  for await (const chunk of stream) parse(chunk);
}

/** A row of any of the three tables. */
export function toOutcomeRow(row: CopyRow): OutcomeRow {
  return {
    partition: row.i32(0) ?? -1,
    offset: row.i64(1) ?? -1,
    outcome: readOutcome(row.text(2)),
    code: row.text(3),
    electionId: row.text(4),
    voteId: row.at(5),
    target: row.at(6),
    revision: row.i32(7),
    ballotKey: row.at(8),
    selections: row.at(9),
    castAt: row.i64(10),
  };
}

/** @throws Error for a text that is none. */
export function readOutcome(text: string | null): RowOutcome {
  const outcome = rowOutcomes.find(known => known === text);
  if (!outcome) throw new Error(`the database has an outcome ${text} that this version does not know`);
  return outcome;
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

async function readVersion(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ version: string | null }>(
    'select sum(next_offset + requeued) as version from progress',
  );
  return Number(rows[0]?.version ?? 0);
}

/** What a database says of one record of a vote. */
export type VoteRow = {
  readonly outcome: RowOutcome;
  readonly code: string | null;
  readonly partition: number;
  readonly offset: number;
  /** Host and name, no credentials. */
  readonly database: string;
};

/** All rows of one vote. @throws Error when the database does not answer. */
export async function findVote(
  url: string,
  { electionId, voteId }: { readonly electionId: string; readonly voteId: Uint8Array },
): Promise<VoteRow[]> {
  return connect(url, async client => {
    const { rows } = await client.query<{
      outcome: string;
      code: string | null;
      partition: number;
      record_offset: string;
    }>(
      `select 'counted' as outcome, null as code, partition, record_offset from votes
       where election_id = $1 and vote_id = $2 and (ballot_key = $2 or ballot_key <> vote_id)
       union all select 'superseded', null, partition, record_offset from superseded
       where election_id = $1 and vote_id = $2
       union all select outcome, code, partition, record_offset from outcomes
       where election_id = $1 and vote_id = $2`,
      [electionId, Buffer.from(voteId)],
    );
    await client.end();
    return rows.map(({ outcome, code, partition, record_offset }) => ({
      outcome: readOutcome(outcome),
      code,
      partition,
      offset: Number(record_offset),
      database: databaseName(url),
    }));
  });
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

/** A database from before there were statements has none. */
async function readOfficial(client: pg.Client): Promise<OfficialRows> {
  const { rows: tables } = await client.query<{ known: boolean }>(
    `select to_regclass('statements') is not null and to_regclass('seals') is not null as known`,
  );
  const readHoldings = (electionIds: readonly string[]) => readHoldingsOf(client, electionIds);
  if (!tables[0]?.known) return { statements: [], sealed: new Set(), readHoldings };
  const { rows } = await client.query<{ election_id: string; kind: string; statement: string }>(
    'select election_id, kind, statement from statements order by election_id, kind',
  );
  const seals = await client.query<{ election_id: string }>('select election_id from seals');
  return {
    statements: rows.map(({ election_id, kind, statement }) => ({
      electionId: election_id,
      kind,
      statement,
    })),
    sealed: new Set(seals.rows.map(({ election_id }) => election_id)),
    readHoldings,
  };
}

async function readHoldingsOf(client: pg.Client, electionIds: readonly string[]): Promise<Holding[]> {
  const { rows } = await client.query<
    Record<'election_id' | 'votes' | 'superseded' | 'first', string> & { partition: number }
  >(
    `select election_id, partition, sum(votes) as votes, sum(superseded) as superseded, min(first) as first
     from (
       select election_id, partition, count(*) as votes, 0 as superseded, min(record_offset) as first
       from votes where election_id = any($1) group by election_id, partition
       union all
       select election_id, partition, 0, count(*), min(record_offset)
       from superseded where election_id = any($1) group by election_id, partition
     ) as held
     group by election_id, partition`,
    [electionIds],
  );
  return rows.map(row => ({
    electionId: row.election_id,
    partition: row.partition,
    votes: Number(row.votes),
    superseded: Number(row.superseded),
    firstOffset: Number(row.first),
  }));
}
