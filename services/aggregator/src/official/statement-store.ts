import { type OfficialKind, officialSchemas, type OfficialStatements } from '@suffrage/contracts/official';
import type { Pool } from '@suffrage/runtime/postgres/pool';

/** What has been stated officially, in the first votes database. */
export type StatementStore = {
  find<Kind extends OfficialKind>(
    electionId: string,
    kind: Kind,
  ): Promise<OfficialStatements[Kind] | undefined>;
  /** When it resolves, the statement that was kept first is durable, this one or another, and is returned. */
  keep<Kind extends OfficialKind>(
    kind: Kind,
    statement: OfficialStatements[Kind],
  ): Promise<OfficialStatements[Kind]>;
};

export function createStatementStore(pool: Pool): StatementStore {
  /** They never change, so whoever asks again is answered from memory. */
  const known = new Map<string, unknown>();

  const find = async <Kind extends OfficialKind>(electionId: string, kind: Kind) => {
    const key = `${kind}/${electionId}`;
    const statement = known.get(key) ?? (await load(pool, electionId, kind));
    if (statement === undefined) return undefined;
    known.set(key, statement);
    return officialSchemas[kind].parse(statement);
  };

  return {
    find,
    async keep(kind, statement) {
      await pool.query(
        'insert into statements (election_id, kind, statement) values ($1, $2, $3) on conflict do nothing',
        [statement.electionId, kind, JSON.stringify(statement)],
      );
      const kept = await find(statement.electionId, kind);
      if (!kept) throw new Error('a statement is gone: statements are never deleted');
      return kept;
    },
  };
}

async function load(pool: Pool, electionId: string, kind: OfficialKind): Promise<unknown> {
  const { rows } = await pool.query<{ statement: string }>(
    'select statement from statements where election_id = $1 and kind = $2',
    [electionId, kind],
  );
  return rows[0] && JSON.parse(rows[0].statement);
}
