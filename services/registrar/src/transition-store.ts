import { type Client, inTransaction, type Pool } from '@suffrage/runtime/postgres/pool';
import { REGISTRAR, recordAction } from './action-store.ts';

/** A published election, and which of its two transitions the record lacks. */
export type Pending = {
  readonly id: string;
  /** Milliseconds since 1970; `undefined` where it is on record. */
  readonly opensAt: number | undefined;
  /** The closing that everybody knows; `undefined` also while another is on its way to the topic. */
  readonly closesAt: number | undefined;
};

type Row = {
  id: string;
  organisation: string;
  opens_at: Date;
  closes_at: Date;
  announced: boolean;
  opened: boolean;
  closed: boolean;
};

const SELECT = `select id, organisation, (definition ->> 'opensAt')::timestamptz as opens_at,
    (definition ->> 'closesAt')::timestamptz as closes_at,
    coalesce(announced_closes_at = (definition ->> 'closesAt')::timestamptz, false) as announced,
    exists (select from actions where election_id = id and action = 'opened') as opened,
    exists (select from actions where election_id = id and action = 'closed') as closed
  from elections`;

const toPending = ({ id, opens_at, closes_at, announced, opened, closed }: Row): Pending => ({
  id,
  opensAt: opened ? undefined : opens_at.getTime(),
  closesAt: closed || !announced ? undefined : closes_at.getTime(),
});

export async function listPending(pool: Pool): Promise<Pending[]> {
  const { rows } = await pool.query<Row>(
    `${SELECT} where phase = 'published'
     and not exists (select from actions where election_id = id and action = 'closed')`,
  );
  return rows.map(toPending);
}

/** Records what has come to pass by now, once, whoever tries: passes over an election that another process has in hand. */
export async function recordDue(pool: Pool, id: string, clock: () => number): Promise<void> {
  await inTransaction(pool, 'begin', async client => {
    const { rowCount } = await client.query('select from elections where id = $1 for update skip locked', [
      id,
    ]);
    if (rowCount === 1) await recordPassed(client, id, clock());
  });
}

async function recordPassed(client: Client, id: string, now: number): Promise<void> {
  // Under the lock, and after it: what the holder before has recorded is seen.
  const { rows } = await client.query<Row>(`${SELECT} where id = $1 and phase = 'published'`, [id]);
  const [row] = rows;
  if (!row) return;
  const { opensAt, closesAt } = toPending(row);
  const by = { subject: REGISTRAR, organisation: row.organisation };
  const passed = (instant: number | undefined) => instant !== undefined && instant <= now;
  if (passed(opensAt)) {
    const details = { opensAt: row.opens_at.toISOString() };
    await recordAction(client, { electionId: id, by, action: 'opened', at: now, details });
  }
  if (passed(closesAt)) {
    const details = { closesAt: row.closes_at.toISOString() };
    await recordAction(client, { electionId: id, by, action: 'closed', at: now, details });
  }
}

/**
 * The closing has been observed: nothing can be counted any more. False while the row says something else. Records the
 * opening and the closing, too, where nobody was there to do it in time.
 */
export async function recordClosed(
  pool: Pool,
  id: string,
  closesAt: string,
  clock: () => number,
): Promise<boolean> {
  return inTransaction(pool, 'begin', async client => {
    const { rows } = await client.query<{ phase: string; organisation: string; is_this: boolean }>(
      `select phase, organisation, (definition ->> 'closesAt')::timestamptz = $2::timestamptz as is_this
       from elections where id = $1 for update`,
      [id, closesAt],
    );
    const [row] = rows;
    if (!row?.is_this || row.phase === 'draft') return false;
    if (row.phase === 'closed') return true;
    // Whoever has observed the closing knew of it.
    await client.query('update elections set announced_closes_at = $2 where id = $1', [id, closesAt]);
    await recordPassed(client, id, Math.max(clock(), Date.parse(closesAt)));
    await client.query(`update elections set phase = 'closed' where id = $1`, [id]);
    const by = { subject: REGISTRAR, organisation: row.organisation };
    await recordAction(client, {
      electionId: id,
      by,
      action: 'official',
      at: clock(),
      details: { closesAt },
    });
    return true;
  });
}
