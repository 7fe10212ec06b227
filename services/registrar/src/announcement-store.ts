import { type ElectionDefinition, electionDefinition } from '@suffrage/contracts/election';
import { type Client, inTransaction, type Pool } from '@suffrage/runtime/postgres/pool';
import { REGISTRAR, recordAction } from './action-store.ts';

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
  {
    closesAt,
    known,
    at,
  }: { readonly closesAt: string; readonly known: string | undefined; readonly at: number },
): Promise<void> {
  await client.query('delete from outbox where id = $1', [entry]);
  const { rows } = await client.query<{ organisation: string }>(
    `update elections
     set definition = jsonb_set(definition, '{closesAt}', to_jsonb($2::text)), announced_closes_at = $3
     where id = $1 and definition ->> 'closesAt' = $4 returning organisation`,
    [definition.id, closesAt, known, definition.closesAt],
  );
  const [changed] = rows;
  if (changed && closesAt !== definition.closesAt)
    await recordAdopted(client, { id: definition.id, ...changed }, definition.closesAt, closesAt, at);
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
  clock: () => number,
): Promise<void> {
  await inPatientTransaction(pool, async client => {
    const { rows } = await client.query<{ organisation: string; closes_at: string }>(
      `select organisation, definition ->> 'closesAt' as closes_at from elections where id = $1 for update`,
      [id],
    );
    const [row] = rows;
    const { rowCount } = await client.query('select from outbox where election_id = $1', [id]);
    const closesAt = rowCount === 0 ? await known() : undefined;
    if (!row || closesAt === undefined || closesAt === row.closes_at) return;
    const changed = await client.query(
      `update elections set definition = jsonb_set(definition, '{closesAt}', to_jsonb($2::text)),
       announced_closes_at = $2::timestamptz where id = $1 and phase = 'published'`,
      [id, closesAt],
    );
    if (changed.rowCount === 1) await recordAdopted(client, { id, ...row }, row.closes_at, closesAt, clock());
  });
}

/** Nobody has asked for it: what everybody knows is what counts. */
function recordAdopted(
  client: Client,
  { id, organisation }: { readonly id: string; readonly organisation: string },
  from: string,
  to: string,
  at: number,
): Promise<void> {
  const by = { subject: REGISTRAR, organisation };
  return recordAction(client, {
    electionId: id,
    by,
    action: 'closing-adopted',
    at,
    details: { from, to },
  });
}

type Annulment = { readonly electionId: string; readonly reason: string; readonly at: string };

/** Annulled elections that are not in `known`: the row itself is what has to be told, until everybody knows it. */
export async function untoldAnnulments(pool: Pool, known: readonly string[]): Promise<Annulment[]> {
  const { rows } = await pool.query<{ election_id: string; reason: string; at: Date }>(
    'select election_id, reason, at from annulments where election_id <> all($1) order by election_id',
    [known],
  );
  return rows.map(({ election_id: electionId, reason, at }) => ({
    electionId,
    reason,
    at: at.toISOString(),
  }));
}

/** Seals that are not in `known`. */
export async function untoldSeals(
  pool: Pool,
  known: readonly string[],
): Promise<{ readonly electionId: string; readonly closesAt: string }[]> {
  const { rows } = await pool.query<{ election_id: string; closes_at: string }>(
    'select election_id, closes_at from seals where election_id <> all($1) order by election_id',
    [known],
  );
  return rows.map(({ election_id, closes_at }) => ({ electionId: election_id, closesAt: closes_at }));
}
