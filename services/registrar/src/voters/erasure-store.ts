import type { Client, Pool } from '@suffrage/runtime/postgres/pool';

export type Erasure = { readonly erasedAt: Date; readonly statement: unknown };

export async function findErasure(pool: Pool | Client, electionId: string): Promise<Erasure | undefined> {
  const { rows } = await pool.query<{ erased_at: Date; statement: unknown }>(
    'select erased_at, statement from erasures where election_id = $1',
    [electionId],
  );
  return rows[0] && { erasedAt: rows[0].erased_at, statement: rows[0].statement };
}

/** Official elections that closed until then, in milliseconds since 1970, and have not been erased. */
export async function countErasureDue(pool: Pool, closedUntil: number): Promise<number> {
  const { rows } = await pool.query<{ due: string }>(
    `select count(*) as due from elections
     where phase = 'closed' and (definition ->> 'closesAt')::timestamptz <= $1
       and not exists (select from erasures where election_id = elections.id)`,
    [new Date(closedUntil)],
  );
  return Number(rows[0]?.due);
}

/** Everything that could tell who a voter was: keys first, so that nothing that stays elsewhere can be read with them. */
const ERASED = ['election_keys', 'roll', 'roll_counts', 'voter_codes', 'blind_tokens', 'issued'] as const;

export async function eraseVoters(client: Client, electionId: string, statement: unknown): Promise<void> {
  await client.query(
    'insert into erasures (election_id, erased_at, statement) values ($1, now(), $2) on conflict do nothing',
    [electionId, statement === undefined ? null : JSON.stringify(statement)],
  );
  await removeVoters(client, electionId);
}

/** The same for a draft that is deleted: nobody has voted yet. */
export async function removeVoters(client: Client, electionId: string): Promise<void> {
  for (const table of ERASED) await client.query(`delete from ${table} where election_id = $1`, [electionId]);
}

/** Deleted rows lie in their pages until then. */
export async function vacuumVoters(pool: Pool): Promise<void> {
  for (const table of ERASED) await pool.query(`vacuum ${table}`);
}
