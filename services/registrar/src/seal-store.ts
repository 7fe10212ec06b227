import type { Pool } from '@suffrage/runtime/postgres/pool';

/** A seal that topic `elections` has to be told of. */
export type UntoldSeal = { readonly electionId: string; readonly closesAt: string };

export async function untoldSeals(pool: Pool): Promise<UntoldSeal[]> {
  const { rows } = await pool.query<{ election_id: string; closes_at: string }>(
    'select election_id, closes_at from seals where not told order by election_id',
  );
  return rows.map(({ election_id, closes_at }) => ({ electionId: election_id, closesAt: closes_at }));
}

export async function recordSealTold(pool: Pool, electionId: string): Promise<void> {
  await pool.query('update seals set told = true where election_id = $1', [electionId]);
}
