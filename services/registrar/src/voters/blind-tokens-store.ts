import type { Pool } from '@suffrage/runtime/postgres/pool';

/** How a voter is known: by a code's keyed hash, or by a reference; with `creates` the row may be new. */
export type Credential =
  | { readonly codeHash: Uint8Array }
  | { readonly voterReference: Uint8Array; readonly creates: boolean };

/** Someone asks that bytes be signed blindly; only their hash is kept. */
export type Ask = { readonly credential: Credential /** SHA-256. */; readonly blindedHash: Uint8Array };

/** `granted`: these bytes may be signed, now and ever again. `other`: others have been. `unknown`: no such voter. */
export type Grant = 'granted' | 'other' | 'unknown';

/**
 * Decides on many at once, in one transaction whose rows are taken in the order of voter references; of several asks of one
 * voter the first decides. When it resolves the grants are durable: sign after that, never before.
 */
export async function grantBlind(
  pool: Pool,
  electionId: string,
  tokenKeyId: Uint8Array,
  asks: readonly Ask[],
): Promise<Grant[]> {
  const { rows } = await pool.query<{ grants: Grant[] }>(
    'select grant_blind($1, $2, $3, $4, $5, $6) as grants',
    [
      electionId,
      tokenKeyId,
      asks.map(({ credential }) => ('codeHash' in credential ? credential.codeHash : null)),
      asks.map(({ credential }) => ('voterReference' in credential ? credential.voterReference : null)),
      asks.map(({ credential }) => 'creates' in credential && credential.creates),
      asks.map(({ blindedHash }) => blindedHash),
    ],
  );
  return rows[0]?.grants ?? [];
}
