import {
  type AuditAddendum,
  auditAddendumSchema,
  type OfficialKind,
  officialSchemas,
  type OfficialStatements,
} from '@suffrage/contracts/official';
import type { Pool } from '@suffrage/runtime/postgres/pool';

/** What is stated once of an election. Of addenda there may be several. */
export type StatedOnce = Exclude<OfficialKind, 'audit-addendum'>;

/** What has been stated officially, in the first votes database. */
export type StatementStore = {
  find<Kind extends StatedOnce>(
    electionId: string,
    kind: Kind,
  ): Promise<OfficialStatements[Kind] | undefined>;
  /** When it resolves, the statement that was kept first is durable, this one or another, and is returned. */
  keep<Kind extends StatedOnce>(
    kind: Kind,
    statement: OfficialStatements[Kind],
  ): Promise<OfficialStatements[Kind]>;
  /** The audit reports named on the results, the newest first. */
  addenda(electionId: string): Promise<readonly AuditAddendum[]>;
  /**
   * When it resolves, the addendum is durable.
   * @throws Error when another one has its number by now.
   */
  add(addendum: AuditAddendum): Promise<void>;
};

export function createStatementStore(pool: Pool): StatementStore {
  /** What is stated once never changes, so whoever asks again is answered from memory. */
  const known = new Map<string, unknown>();

  const find = async <Kind extends StatedOnce>(electionId: string, kind: Kind) => {
    const key = `${kind}/${electionId}`;
    const statement = known.get(key) ?? (await load(pool, electionId, kind))[0];
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
    async addenda(electionId) {
      const addenda = (await load(pool, electionId, 'audit-addendum')).map(each =>
        auditAddendumSchema.parse(each),
      );
      return addenda.toSorted((a, b) => (b.number ?? 1) - (a.number ?? 1));
    },
    async add(addendum) {
      const { electionId, number = 1 } = addendum;
      const { rowCount } = await pool.query(
        `insert into statements (election_id, kind, number, statement) values ($1, 'audit-addendum', $2, $3)
         on conflict do nothing`,
        [electionId, number, JSON.stringify(addendum)],
      );
      if (rowCount !== 1)
        throw new Error(`report ${number} on ${electionId} was named at the same moment: repeat the command`);
    },
  };
}

async function load(pool: Pool, electionId: string, kind: OfficialKind): Promise<unknown[]> {
  const { rows } = await pool.query<{ statement: string }>(
    'select statement from statements where election_id = $1 and kind = $2',
    [electionId, kind],
  );
  return rows.map(({ statement }): unknown => JSON.parse(statement));
}
