import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { connect, databaseName } from './connect-database.ts';
import { type CopyRow, parseCopy } from './copy-binary.ts';
import type { PartitionRange } from './ranges.ts';
import { type OfficialRows, readOfficial } from './read-official.ts';
import { type IntakeRow, type OutcomeRow, type ProgressRow, type TallyRow, toOutcomeRow } from './rows.ts';

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

/** Another connection to the same instant. */
export type SnapshotReader = {
  /** Rows of `superseded` and `outcomes` in a range. */
  readRowsIn(range: PartitionRange, onRow: (row: CopyRow) => void): Promise<void>;
  /** Rows of `votes` on these pages. */
  readCountedRows(from: number, to: number, onRow: (row: CopyRow) => void): Promise<void>;
};

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
