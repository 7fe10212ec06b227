import type { Client, Pool } from '@suffrage/runtime/postgres/pool';

export type Uncoded = { readonly voter: string; readonly reference: Buffer };

/** Voters after `after` on the roll who have no code, in the order of the roll. */
export async function nextUncoded(
  client: Client,
  electionId: string,
  after: string,
  most: number,
): Promise<Uncoded[]> {
  const { rows } = await client.query<{ voter: string; voter_reference: Buffer }>(
    `select voter, voter_reference from roll where election_id = $1 and voter > $2 and not exists (
       select from voter_codes c where c.election_id = $1 and c.voter_reference = roll.voter_reference)
     order by voter limit $3`,
    [electionId, after, most],
  );
  return rows.map(row => ({ voter: row.voter, reference: row.voter_reference }));
}

export async function addCodes(
  client: Client,
  electionId: string,
  references: readonly Uint8Array[],
  hashes: readonly Uint8Array[],
): Promise<void> {
  await client.query(
    `insert into voter_codes (election_id, voter_reference, code_hash)
     select $1, reference, hash from unnest($2::bytea[], $3::bytea[]) as made (reference, hash)`,
    [electionId, references, hashes],
  );
}

export async function removeCodes(client: Client, electionId: string): Promise<void> {
  await client.query('delete from voter_codes where election_id = $1', [electionId]);
}

/** The voter's code becomes this one; the one before is void. */
export async function replaceCode(
  client: Client,
  electionId: string,
  reference: Uint8Array,
  hash: Uint8Array,
): Promise<void> {
  await client.query(
    `insert into voter_codes (election_id, voter_reference, code_hash) values ($1, $2, $3)
     on conflict (election_id, voter_reference) do update set code_hash = excluded.code_hash`,
    [electionId, reference, hash],
  );
}

/** The reference of the voter on the roll. */
export async function findOnRoll(
  pool: Pool | Client,
  electionId: string,
  by: { readonly voter: string } | { readonly subject: string },
): Promise<Buffer | undefined> {
  const [column, value] = 'voter' in by ? ['voter', by.voter] : ['subject', by.subject];
  const { rows } = await pool.query<{ voter_reference: Buffer }>(
    `select voter_reference from roll where election_id = $1 and ${column} = $2`,
    [electionId, value],
  );
  return rows[0]?.voter_reference;
}

export async function hasToken(client: Client, electionId: string, reference: Uint8Array): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from blind_tokens where election_id = $1 and voter_reference = $2 and blinded_hash is not null
     union all select from issued where election_id = $1 and voter_reference = $2`,
    [electionId, reference],
  );
  return (rowCount ?? 0) > 0;
}
