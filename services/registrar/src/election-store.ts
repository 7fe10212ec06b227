import { fingerprint } from '@suffrage/contracts/actions';
import { type ElectionDefinition, electionDefinition } from '@suffrage/contracts/election';
import type { Refusal } from '@suffrage/contracts/errors';
import { type Client, inTransaction, type Pool } from '@suffrage/runtime/postgres/pool';
import { type Actor, isOfAnother, type NewAction, recordAction } from './action-store.ts';
import type { StoredPhase } from './schedule.ts';

export type StoredElection = {
  readonly definition: ElectionDefinition;
  readonly phase: StoredPhase;
  readonly organisation: string;
  readonly annulled?: { readonly reason: string; readonly at: string };
  readonly sealed?: boolean;
};
/** Encrypted. */
export type SealedKeys = {
  readonly tokenKey: Uint8Array;
  readonly referenceKey: Uint8Array;
  readonly registrarKey: Uint8Array;
};

type Row = {
  definition: unknown;
  phase: StoredPhase;
  organisation: string;
  reason: string | null;
  at: Date | null;
  sealed: boolean;
};
const toElection = ({ definition, phase, organisation, reason, at, sealed }: Row): StoredElection => ({
  definition: electionDefinition.parse(definition),
  phase,
  organisation,
  sealed,
  ...(reason !== null && at !== null ? { annulled: { reason, at: at.toISOString() } } : {}),
});
const SELECT = `select definition, phase, organisation, reason, annulments.at,
    exists (select from seals where seals.election_id = elections.id) as sealed
  from elections left join annulments on annulments.election_id = id`;

/** What an action tells of a definition: which it is, without repeating it. */
const named = (definition: ElectionDefinition) => ({ definition: fingerprint(definition) });

/** Adds a draft with its keys. False when the id is taken, or was once by another organisation. */
export async function addElection(
  pool: Pool,
  definition: ElectionDefinition,
  keys: SealedKeys,
  { by, at, from }: { readonly by: Actor; readonly at: number; readonly from?: string },
): Promise<boolean> {
  const { id } = definition;
  return inTransaction(pool, 'begin', async client => {
    if (await isOfAnother(client, id, by.organisation)) return false;
    const { rowCount } = await client.query(
      `insert into elections (id, definition, phase, organisation) values ($1, $2, 'draft', $3)
       on conflict do nothing`,
      [id, JSON.stringify(definition), by.organisation],
    );
    if (rowCount !== 1) return false;
    await client.query(
      `insert into election_keys (election_id, token_key, reference_key, registrar_key)
       values ($1, $2, $3, $4)`,
      [id, keys.tokenKey, keys.referenceKey, keys.registrarKey],
    );
    await client.query('insert into issue_counts (election_id) values ($1)', [id]);
    const details = { ...named(definition), ...(from === undefined ? {} : { from }) };
    await recordAction(client, { electionId: id, by, action: 'created', at, details });
    return true;
  });
}

export async function findElection(pool: Pool, id: string): Promise<StoredElection | undefined> {
  const { rows } = await pool.query<Row>(`${SELECT} where id = $1`, [id]);
  return rows[0] && toElection(rows[0]);
}

export async function listElections(pool: Pool): Promise<StoredElection[]> {
  const { rows } = await pool.query<Row>(`${SELECT} order by definition ->> 'opensAt', id`);
  return rows.map(toElection);
}

export async function findTokenKeys(
  pool: Pool,
  id: string,
): Promise<Omit<SealedKeys, 'registrarKey'> | undefined> {
  const { rows } = await pool.query<{ token_key: Buffer; reference_key: Buffer }>(
    'select token_key, reference_key from election_keys where election_id = $1',
    [id],
  );
  return rows[0] && { tokenKey: rows[0].token_key, referenceKey: rows[0].reference_key };
}

/** Sealed. Elections from before there were such keys have none. */
export async function findRegistrarKey(pool: Pool, id: string): Promise<Uint8Array | undefined> {
  const { rows } = await pool.query<{ registrar_key: Buffer | null }>(
    'select registrar_key from election_keys where election_id = $1',
    [id],
  );
  return rows[0]?.registrar_key ?? undefined;
}

/** What becomes of an election, and how the record tells it. */
export type Change = {
  readonly ok: true;
  readonly next: Pick<StoredElection, 'definition' | 'phase'>;
  readonly action: Pick<NewAction, 'action' | 'reason' | 'details'>;
  /** Sealed; when a draft gets another kind of token. */
  readonly tokenKey?: Uint8Array;
};
export type Changed = { readonly ok: true; readonly next: StoredElection } | Refusal | undefined;

/**
 * Changes a locked row of the actor's organisation and, in the same transaction, records the action and leaves the
 * message that tells the other services. `change` sees the row as it is under the lock; a refusal from it changes
 * nothing. `undefined`: this organisation has no such election.
 */
export async function changeElection(
  pool: Pool,
  id: string,
  { by, at }: { readonly by: Actor; readonly at: number },
  change: (current: StoredElection) => Promise<Change | Refusal> | Change | Refusal,
): Promise<Changed> {
  return inTransaction(pool, 'begin', async client => {
    const current = await lockElection(client, id, by.organisation);
    if (!current) return undefined;
    const result = await change(current);
    if (!result.ok) return result;
    const { definition, phase } = result.next;
    await client.query('update elections set definition = $2, phase = $3 where id = $1', [
      id,
      JSON.stringify(definition),
      phase,
    ]);
    if (result.tokenKey)
      await client.query('update election_keys set token_key = $2 where election_id = $1', [
        id,
        result.tokenKey,
      ]);
    const details = { ...named(definition), ...result.action.details };
    await recordAction(client, { electionId: id, by, at, ...result.action, details });
    if (phase !== 'draft') await client.query('insert into outbox (election_id) values ($1)', [id]);
    return { ok: true, next: { ...current, definition, phase } };
  });
}

async function lockElection(
  client: Client,
  id: string,
  organisation: string,
): Promise<StoredElection | undefined> {
  const { rows } = await client.query<Row>(
    `${SELECT} where id = $1 and organisation = $2 for update of elections`,
    [id, organisation],
  );
  return rows[0] && toElection(rows[0]);
}

/** Removes a draft with its keys; what was done to it stays on record. A refusal of `rule` changes nothing. */
export async function removeElection(
  pool: Pool,
  id: string,
  { by, at }: { readonly by: Actor; readonly at: number },
  rule: (current: StoredElection) => Refusal | undefined,
): Promise<{ readonly ok: true } | Refusal | undefined> {
  return inTransaction(pool, 'begin', async client => {
    const current = await lockElection(client, id, by.organisation);
    if (!current) return undefined;
    const refusal = rule(current);
    if (refusal) return refusal;
    await client.query('delete from election_keys where election_id = $1', [id]);
    await client.query('delete from issue_counts where election_id = $1', [id]);
    await client.query('delete from elections where id = $1', [id]);
    await recordAction(client, { electionId: id, by, action: 'deleted', at });
    return { ok: true as const };
  });
}

/** Annuls an election once. The relay tells everybody from the row. */
export async function annulElection(
  pool: Pool,
  id: string,
  { by, at, reason }: { readonly by: Actor; readonly at: number; readonly reason: string },
  rule: (current: StoredElection) => Refusal | undefined,
): Promise<Changed> {
  return inTransaction(pool, 'begin', async client => {
    const current = await lockElection(client, id, by.organisation);
    if (!current) return undefined;
    const refusal = rule(current);
    if (refusal) return refusal;
    const annulled = { reason, at: new Date(at).toISOString() };
    await client.query('insert into annulments (election_id, reason, at) values ($1, $2, $3)', [
      id,
      reason,
      annulled.at,
    ]);
    await recordAction(client, { electionId: id, by, action: 'annulled', at, reason });
    return { ok: true, next: { ...current, annulled } };
  });
}

/** Seals an election once; again it stays as it is. The relay tells everybody from the row. */
export async function sealElection(
  pool: Pool,
  id: string,
  { by, at }: { readonly by: Actor; readonly at: number },
  rule: (current: StoredElection) => Refusal | undefined,
): Promise<Changed> {
  return inTransaction(pool, 'begin', async client => {
    const current = await lockElection(client, id, by.organisation);
    if (!current || current.sealed) return current && { ok: true, next: current };
    const refusal = rule(current);
    if (refusal) return refusal;
    await client.query('insert into seals (election_id, closes_at) values ($1, $2)', [
      id,
      current.definition.closesAt,
    ]);
    await recordAction(client, { electionId: id, by, action: 'sealed', at });
    return { ok: true, next: { ...current, sealed: true } };
  });
}
