import type pg from 'pg';

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

/** A database from before there were statements has none. */
export async function readOfficial(client: pg.Client): Promise<OfficialRows> {
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
