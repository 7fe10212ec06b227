import { fingerprint } from '@suffrage/contracts/actions';
import { type ElectionDefinition, electionDefinition } from '@suffrage/contracts/election';
import { type Refusal, refuse } from '@suffrage/contracts/errors';
import { type Client, inTransaction, type Pool } from '@suffrage/runtime/postgres/pool';
import { LRUCache } from 'lru-cache';
import { type Actor, isOfAnother, type NewAction, recordAction } from './action-store.ts';
import { type SealedKeys, storeKeys } from './keys/key-store.ts';
import type { StoredPhase } from './schedule.ts';
import { removeVoters } from './voters/erasure-store.ts';
import { countRoll } from './voters/roll-store.ts';

export type StoredElection = {
  readonly definition: ElectionDefinition;
  readonly phase: StoredPhase;
  readonly organisation: string;
  readonly annulled?: { readonly reason: string; readonly at: string };
  readonly sealed?: boolean;
};

type Row = {
  /** JSON. */
  definition: string;
  phase: StoredPhase;
  organisation: string;
  reason: string | null;
  at: Date | null;
  sealed: boolean;
};
/** Every request for a token asks for its election: to check the same text again costs as much as all else but the signature. */
const definitions = new LRUCache<string, ElectionDefinition>({
  max: 1_000,
  memoMethod: text => electionDefinition.parse(JSON.parse(text)),
});

const toElection = ({ definition, phase, organisation, reason, at, sealed }: Row): StoredElection => ({
  definition: definitions.memo(definition),
  phase,
  organisation,
  sealed,
  ...(reason !== null && at !== null ? { annulled: { reason, at: at.toISOString() } } : {}),
});
const SELECT = `select definition::text as definition, phase, organisation, reason, annulments.at,
    exists (select from seals where seals.election_id = elections.id) as sealed
  from elections left join annulments on annulments.election_id = id`;

const ROLL_HAS_MODE =
  'the voters on the roll have keys of this mode: empty the roll first, or duplicate the election';

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
    const { rowCount } = await client.query(
      `insert into elections (id, definition, phase, organisation) values ($1, $2, 'draft', $3)
       on conflict do nothing`,
      [id, JSON.stringify(definition), by.organisation],
    );
    if (rowCount !== 1) return false;
    // Only now: the row was another's a moment ago, maybe, and what was done to it is on record since it is gone.
    if (await isOfAnother(client, id, by.organisation)) {
      await client.query('delete from elections where id = $1', [id]);
      return false;
    }
    await storeKeys(client, id, keys);
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

/** Whose election it is. */
export async function findOrganisation(pool: Pool, id: string): Promise<string | undefined> {
  const { rows } = await pool.query<{ organisation: string }>(
    'select organisation from elections where id = $1',
    [id],
  );
  return rows[0]?.organisation;
}

/** Reads within a transaction; with `update` nobody publishes, opens or closes it until the transaction ends. */
export async function lockElection(
  client: Client,
  id: string,
  lock: 'none' | 'update',
): Promise<StoredElection | undefined> {
  const { rows } = await client.query<Row>(
    `${SELECT} where id = $1 ${lock === 'update' ? 'for update of elections' : ''}`,
    [id],
  );
  return rows[0] && toElection(rows[0]);
}

export async function listElections(pool: Pool): Promise<StoredElection[]> {
  const { rows } = await pool.query<Row>(`${SELECT} order by definition ->> 'opensAt', id`);
  return rows.map(toElection);
}

/** What becomes of an election, and how the record tells it. */
export type Change = {
  readonly ok: true;
  readonly next: Pick<StoredElection, 'definition' | 'phase'>;
  readonly action: Pick<NewAction, 'action' | 'reason' | 'details'>;
  /** When a draft gets another kind of token. */
  readonly keys?: SealedKeys;
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
    const current = await lockOwn(client, id, by.organisation);
    if (!current) return undefined;
    const result = await change(current);
    if (!result.ok) return result;
    // References and tokens of those on the roll are of the old keys.
    if (result.keys && (await countRoll(client, id)) > 0)
      return refuse('election-locked', 'mode', ROLL_HAS_MODE);
    const { definition, phase } = result.next;
    await client.query('update elections set definition = $2, phase = $3 where id = $1', [
      id,
      JSON.stringify(definition),
      phase,
    ]);
    if (result.keys) await storeKeys(client, id, result.keys);
    const details = { ...named(definition), ...result.action.details };
    await recordAction(client, { electionId: id, by, at, ...result.action, details });
    if (phase !== 'draft') await client.query('insert into outbox (election_id) values ($1)', [id]);
    return { ok: true, next: { ...current, definition, phase } };
  });
}

async function lockOwn(
  client: Client,
  id: string,
  organisation: string,
): Promise<StoredElection | undefined> {
  // A statement of its own: the next one must see all that the holder before has committed, annulments too.
  const lock = 'select from elections where id = $1 and organisation = $2 for update';
  if ((await client.query(lock, [id, organisation])).rowCount === 0) return undefined;
  const { rows } = await client.query<Row>(`${SELECT} where id = $1`, [id]);
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
    const current = await lockOwn(client, id, by.organisation);
    if (!current) return undefined;
    const refusal = rule(current);
    if (refusal) return refusal;
    await removeVoters(client, id);
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
    const current = await lockOwn(client, id, by.organisation);
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
    const current = await lockOwn(client, id, by.organisation);
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
