import { inTransaction, type Pool } from '@suffrage/runtime/postgres/pool';
import { lockShared } from './election-lock.ts';

/** How a voter is known: by a code's keyed hash, or by a reference; with `creates` the row may be new. */
export type Credential =
  | { readonly codeHash: Uint8Array }
  | { readonly voterReference: Uint8Array; readonly creates: boolean };

/** Someone asks that bytes be signed blindly; only their hash is kept. */
export type Ask = { readonly credential: Credential /** SHA-256. */; readonly blindedHash: Uint8Array };

/** `granted`: these bytes may be signed, now and ever again. `other`: others have been. `unknown`: no such voter. */
export type Grant = 'granted' | 'other' | 'unknown';

type Row = { readonly place: number; readonly voter_reference: Buffer; readonly blinded_hash: Buffer | null };

/**
 * Decides on many at once, in one transaction whose rows are taken in the order of voter references. When it resolves the
 * grants are durable: sign after that, never before.
 */
export function grantBlind(
  pool: Pool,
  electionId: string,
  tokenKeyId: Uint8Array,
  asks: readonly Ask[],
): Promise<Grant[]> {
  const codes = asks.map(({ credential }) => ('codeHash' in credential ? credential.codeHash : null));
  const references = asks.map(({ credential }) =>
    'voterReference' in credential ? credential.voterReference : null,
  );
  const created = asks.flatMap(({ credential }) =>
    'voterReference' in credential && credential.creates ? [credential.voterReference] : [],
  );
  return inTransaction(pool, 'begin', async client => {
    await lockShared(client, 'tokens', electionId);
    if (created.length > 0) {
      await client.query(
        `insert into blind_tokens (election_id, voter_reference)
         select distinct $1, reference from unnest($2::bytea[]) as reference order by reference on conflict do nothing`,
        [electionId, created],
      );
    }
    const { rows } = await client.query<Row>(
      // A sub-select for each code: as a join PostgreSQL may read every code of the election for each batch (measured: ten times
      // the work with 16,000 voters, and it grows with them).
      `with who as materialized (
         select place, coalesce(
           (select voter_reference from voter_codes c where c.election_id = $1 and c.code_hash = ask.code_hash),
           ask.voter_reference) as reference
         from unnest($2::int[], $3::bytea[], $4::bytea[]) as ask (place, code_hash, voter_reference))
       select place, t.voter_reference, t.blinded_hash
       from who join blind_tokens t on t.election_id = $1 and t.voter_reference = who.reference
       order by t.voter_reference, place for update of t`,
      [electionId, asks.map((_, place) => place), codes, references],
    );
    const { grants, fresh } = decideGrants(asks, rows);
    if (fresh.length > 0) {
      await client.query(
        `update blind_tokens t set blinded_hash = fresh.blinded_hash, token_key_id = $4
         from unnest($2::bytea[], $3::bytea[]) as fresh (voter_reference, blinded_hash)
         where t.election_id = $1 and t.voter_reference = fresh.voter_reference and t.blinded_hash is null`,
        [electionId, fresh.map(row => row.reference), fresh.map(row => row.hash), tokenKeyId],
      );
    }
    // Also where nothing was granted: a transaction that writes takes longer, and a wrong code is to take as long as a used one.
    await client.query('update issue_counts set issued = issued + $2 where election_id = $1', [
      electionId,
      fresh.length,
    ]);
    return grants;
  });
}

type Fresh = { readonly reference: Buffer; readonly hash: Uint8Array };

/** Of several asks of one voter the first decides, in the order of the batch. */
function decideGrants(asks: readonly Ask[], rows: readonly Row[]): { grants: Grant[]; fresh: Fresh[] } {
  const grants: Grant[] = asks.map(() => 'unknown');
  const fresh = new Map<string, Fresh>();
  for (const { place, voter_reference: reference, blinded_hash: stored } of rows) {
    const asked = asks[place];
    if (!asked) continue;
    const name = reference.toString('hex');
    const signed = stored ?? fresh.get(name)?.hash;
    if (!signed) fresh.set(name, { reference, hash: asked.blindedHash });
    grants[place] = !signed || Buffer.compare(signed, asked.blindedHash) === 0 ? 'granted' : 'other';
  }
  return { grants, fresh: [...fresh.values()] };
}
