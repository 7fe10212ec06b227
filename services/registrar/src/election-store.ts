import { type ElectionDefinition, electionDefinition } from '@suffrage/contracts/election';
import type { ElectionsMessage } from '@suffrage/contracts/topics';
import { type Client, inTransaction, type Pool } from '@suffrage/runtime/postgres/pool';
import type { StoredPhase } from './schedule.ts';

export type StoredElection = { readonly definition: ElectionDefinition; readonly phase: StoredPhase };
/** Encrypted. */
export type SealedKeys = { readonly tokenKey: Uint8Array; readonly referenceKey: Uint8Array };

type Row = { definition: unknown; phase: StoredPhase };
const toElection = ({ definition, phase }: Row): StoredElection => ({
  definition: electionDefinition.parse(definition),
  phase,
});

/** Adds a draft with its keys. False when the id is taken. */
export async function addElection(
  pool: Pool,
  definition: ElectionDefinition,
  keys: SealedKeys,
): Promise<boolean> {
  return inTransaction(pool, 'begin', async client => {
    const { rowCount } = await client.query(
      `insert into elections (id, definition, phase) values ($1, $2, 'draft') on conflict do nothing`,
      [definition.id, JSON.stringify(definition)],
    );
    if (rowCount !== 1) return false;
    await client.query(
      'insert into election_keys (election_id, token_key, reference_key) values ($1, $2, $3)',
      [definition.id, keys.tokenKey, keys.referenceKey],
    );
    await client.query('insert into issue_counts (election_id) values ($1)', [definition.id]);
    return true;
  });
}

export async function findElection(pool: Pool, id: string): Promise<StoredElection | undefined> {
  const { rows } = await pool.query<Row>('select definition, phase from elections where id = $1', [id]);
  return rows[0] && toElection(rows[0]);
}

export async function listElections(pool: Pool): Promise<StoredElection[]> {
  const { rows } = await pool.query<Row>(
    `select definition, phase from elections order by definition ->> 'opensAt', id`,
  );
  return rows.map(toElection);
}

export async function findKeys(pool: Pool, id: string): Promise<SealedKeys | undefined> {
  const { rows } = await pool.query<{ token_key: Buffer; reference_key: Buffer }>(
    'select token_key, reference_key from election_keys where election_id = $1',
    [id],
  );
  return rows[0] && { tokenKey: rows[0].token_key, referenceKey: rows[0].reference_key };
}

/**
 * Changes a locked row and, in the same transaction, leaves the message that tells the other services.
 * `change` sees the row as it is under the lock; a refusal from it changes nothing.
 */
export async function changeElection<R extends { readonly ok: false }>(
  pool: Pool,
  id: string,
  change: (current: StoredElection) => { readonly ok: true; readonly next: StoredElection } | R,
): Promise<{ readonly ok: true; readonly next: StoredElection } | R | undefined> {
  return inTransaction(pool, 'begin', async client => {
    const { rows } = await client.query<Row>(
      'select definition, phase from elections where id = $1 for update',
      [id],
    );
    const [row] = rows;
    if (!row) return undefined;
    const result = change(toElection(row));
    if (!result.ok) return result;
    const { definition, phase } = result.next;
    await client.query('update elections set definition = $2, phase = $3 where id = $1', [
      id,
      JSON.stringify(definition),
      phase,
    ]);
    await leaveMessage(client, { kind: 'election', definition });
    return result;
  });
}

async function leaveMessage(client: Client, message: ElectionsMessage): Promise<void> {
  await client.query('insert into outbox (message) values ($1)', [JSON.stringify(message)]);
}

/** The closing has been observed: nothing can be counted any more. */
export async function recordClosed(pool: Pool, id: string, closesAt: string): Promise<void> {
  await pool.query(
    `update elections set phase = 'closed'
     where id = $1 and phase = 'published' and (definition ->> 'closesAt')::timestamptz = $2::timestamptz`,
    [id, closesAt],
  );
}
