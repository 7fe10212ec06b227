import { type ElectionDefinition, electionDefinition } from '@suffrage/contracts/election';
import { type Client, inTransaction, type Pool } from '@suffrage/runtime/postgres/pool';
import { type SealedKeys, storeKeys } from './keys/key-store.ts';
import type { StoredPhase } from './schedule.ts';

export type StoredElection = { readonly definition: ElectionDefinition; readonly phase: StoredPhase };

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
    await storeKeys(client, definition.id, keys);
    await client.query('insert into issue_counts (election_id) values ($1)', [definition.id]);
    return true;
  });
}

export async function findElection(pool: Pool, id: string): Promise<StoredElection | undefined> {
  const { rows } = await pool.query<Row>('select definition, phase from elections where id = $1', [id]);
  return rows[0] && toElection(rows[0]);
}

/** Reads within a transaction; with `update` nobody publishes, opens or closes it until the transaction ends. */
export async function lockElection(
  client: Client,
  id: string,
  lock: 'none' | 'update',
): Promise<StoredElection | undefined> {
  const { rows } = await client.query<Row>(
    `select definition, phase from elections where id = $1 ${lock === 'update' ? 'for update' : ''}`,
    [id],
  );
  return rows[0] && toElection(rows[0]);
}

export async function listElections(pool: Pool): Promise<StoredElection[]> {
  const { rows } = await pool.query<Row>(
    `select definition, phase from elections order by definition ->> 'opensAt', id`,
  );
  return rows.map(toElection);
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
    await addToOutbox(client, id);
    return result;
  });
}

async function addToOutbox(client: Client, id: string): Promise<void> {
  await client.query('insert into outbox (election_id) values ($1)', [id]);
}

/** An election about which the topic has to be told. `version` is new with every attempt. */
export type Untold = {
  readonly entry: number;
  readonly version: number;
  readonly definition: ElectionDefinition;
};

/** Waiting for the brokers is not idleness: the lock must not be lost meanwhile. */
function inPatientTransaction(pool: Pool, work: (client: Client) => Promise<void>): Promise<void> {
  return inTransaction(pool, 'begin', async client => {
    await client.query(`set local idle_in_transaction_session_timeout = '60s'`);
    await work(client);
  });
}

/**
 * Hands over the next entry of the outbox after `after`, to one process at a time; nothing when there is none, or when
 * another process has it in hand. The entry stays when `tell` throws.
 */
export async function withNextUntold(
  pool: Pool,
  after: number,
  tell: (untold: Untold, client: Client) => Promise<void>,
): Promise<void> {
  await inPatientTransaction(pool, async client => {
    // A statement of its own: the next one must see what the holder before has committed.
    const lock = await client.query<{ held: boolean }>(
      `select pg_try_advisory_xact_lock(hashtext('suffrage outbox')) as held`,
    );
    if (!lock.rows[0]?.held) return;
    const { rows } = await client.query<{ id: string; definition: unknown; version: string }>(
      `select outbox.id, definition, nextval('announcement_versions') as version
       from outbox join elections on elections.id = election_id
       where outbox.id > $1 order by outbox.id limit 1`,
      [after],
    );
    const [row] = rows;
    if (!row) return;
    const definition = electionDefinition.parse(row.definition);
    await tell({ entry: Number(row.id), version: Number(row.version), definition }, client);
  });
}

/** The topic has it: the entry goes, and the row remembers which closing everybody knows. */
export async function recordTold(client: Client, { entry, definition }: Untold): Promise<void> {
  await client.query('delete from outbox where id = $1', [entry]);
  await client.query(
    `update elections set announced_closes_at = $2 where id = $1 and phase <> 'closed'
     and announced_closes_at is distinct from $2::timestamptz`,
    [definition.id, definition.closesAt],
  );
}

/** Sets another closing than the one that could not be told in time, unless a manager has moved it meanwhile. */
export async function replaceClosing(
  client: Client,
  { entry, definition }: Untold,
  { closesAt, known }: { readonly closesAt: string; readonly known: string | undefined },
): Promise<void> {
  await client.query('delete from outbox where id = $1', [entry]);
  await client.query(
    `update elections
     set definition = jsonb_set(definition, '{closesAt}', to_jsonb($2::text)), announced_closes_at = $3
     where id = $1 and definition ->> 'closesAt' = $4`,
    [definition.id, closesAt, known, definition.closesAt],
  );
  await addToOutbox(client, definition.id);
}

/** Has elections told once more: those that are published and don't wait for it already. */
export async function tellAgain(pool: Pool, ids: readonly string[]): Promise<void> {
  await pool.query(
    `insert into outbox (election_id) select id from elections where id = any($1) and phase <> 'draft'
     and not exists (select from outbox where election_id = elections.id)`,
    [ids],
  );
}

/**
 * Elections that wait for nothing to be told, and have another closing than everybody knows: what the topic has is what
 * counts. A database that was restored, or failed over, may have forgotten what it had told.
 */
export async function closingsAstray(
  pool: Pool,
  known: readonly { readonly id: string; readonly closesAt: string }[],
): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `select elections.id from elections join unnest($1::text[], $2::text[]) as known (id, closes_at) using (id)
     where phase = 'published' and definition ->> 'closesAt' <> closes_at
     and not exists (select from outbox where election_id = elections.id)`,
    [known.map(({ id }) => id), known.map(({ closesAt }) => closesAt)],
  );
  return rows.map(({ id }) => id);
}

/** Adopts the closing that everybody knows. `known` is asked for under the row's lock, when nothing can move any more. */
export async function adoptClosing(
  pool: Pool,
  id: string,
  known: () => Promise<string | undefined>,
): Promise<void> {
  await inPatientTransaction(pool, async client => {
    await client.query('select from elections where id = $1 for update', [id]);
    const { rowCount } = await client.query('select from outbox where election_id = $1', [id]);
    const closesAt = rowCount === 0 ? await known() : undefined;
    if (closesAt === undefined) return;
    await client.query(
      `update elections set definition = jsonb_set(definition, '{closesAt}', to_jsonb($2::text)),
       announced_closes_at = $2::timestamptz where id = $1 and phase = 'published'`,
      [id, closesAt],
    );
  });
}

/** The closing has been observed: nothing can be counted any more. False while the row says something else. */
export async function recordClosed(pool: Pool, id: string, closesAt: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update elections set phase = 'closed'
     where id = $1 and phase <> 'draft' and (definition ->> 'closesAt')::timestamptz = $2::timestamptz`,
    [id, closesAt],
  );
  return rowCount === 1;
}
