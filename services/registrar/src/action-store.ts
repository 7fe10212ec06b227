import {
  type Action,
  type ActionName,
  type ActionsExport,
  type ActionsHead,
  actionHash,
  FIRST_PREVIOUS,
} from '@suffrage/contracts/actions';
import { fromBase64url, toBase64url } from '@suffrage/contracts/bytes';
import type { Client, Pool } from '@suffrage/runtime/postgres/pool';

/** Who does something, as the record names it. */
export type Actor = { readonly subject: string; readonly organisation: string };

/** The registrar itself, for what the clock or the log decides. */
export const REGISTRAR = 'registrar';

export type NewAction = {
  readonly electionId: string;
  readonly by: Actor;
  readonly action: ActionName;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly reason?: string | undefined;
  /** Never anything of a voter. */
  readonly details?: Readonly<Record<string, string>>;
};

type Link = { readonly sequence: number; readonly hash: Buffer };

/**
 * Appends to the election's chain. Lies in the transaction of the change that it tells of, so that there is never one
 * without the other; appenders of one election wait for each other.
 */
export async function recordAction(
  client: Client,
  { electionId, by, action, at, reason, details = {} }: NewAction,
): Promise<void> {
  // A statement of its own: the next one must see what the holder before has committed.
  await client.query(`select pg_advisory_xact_lock(hashtextextended('suffrage actions ' || $1, 0))`, [
    electionId,
  ]);
  const { rows } = await client.query<Link>(
    'select sequence, hash from actions where election_id = $1 order by sequence desc limit 1',
    [electionId],
  );
  const [last] = rows;
  const members = {
    electionId,
    sequence: (last?.sequence ?? 0) + 1,
    at: new Date(at).toISOString(),
    organisation: by.organisation.toWellFormed(),
    actor: by.subject.toWellFormed(),
    action,
    // As the database will give it back: half a surrogate pair would otherwise break the chain for good.
    ...(reason === undefined ? {} : { reason: reason.toWellFormed() }),
    details,
    previous: last ? toBase64url(last.hash) : FIRST_PREVIOUS,
  };
  await client.query(
    `insert into actions (election_id, sequence, at, organisation, actor, action, reason, details, previous, hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      electionId,
      members.sequence,
      members.at,
      members.organisation,
      members.actor,
      action,
      members.reason ?? null,
      JSON.stringify(details),
      fromBase64url(members.previous),
      fromBase64url(actionHash(members)),
    ],
  );
}

type Row = {
  election_id: string;
  sequence: number;
  at: Date;
  organisation: string;
  actor: string;
  action: string;
  reason: string | null;
  details: Record<string, string>;
  previous: Buffer;
  hash: Buffer;
};

/** The whole chain, of this organisation's elections only; also of a deleted draft. */
export async function listActions(
  pool: Pool,
  id: string,
  organisation: string,
): Promise<ActionsExport | undefined> {
  const { rows } = await pool.query<Row>(
    'select * from actions where election_id = $1 and organisation = $2 order by sequence',
    [id, organisation],
  );
  const last = rows.at(-1);
  if (!last) return undefined;
  return {
    head: { electionId: id, entries: last.sequence, hash: toBase64url(last.hash) },
    actions: rows.map(toAction),
  };
}

function toAction({ election_id: electionId, at, reason, previous, hash, ...row }: Row): Action {
  return {
    ...row,
    electionId,
    at: at.toISOString(),
    ...(reason === null ? {} : { reason }),
    previous: toBase64url(previous),
    hash: toBase64url(hash),
  };
}

/** Elections from before there was such a record have none: 0 entries. */
export async function headOfActions(pool: Pool, id: string): Promise<ActionsHead> {
  const { rows } = await pool.query<Link>(
    'select sequence, hash from actions where election_id = $1 order by sequence desc limit 1',
    [id],
  );
  const [last] = rows;
  return {
    electionId: id,
    entries: last?.sequence ?? 0,
    hash: last ? toBase64url(last.hash) : FIRST_PREVIOUS,
  };
}

/** Whether another organisation has had an election of this id: a deleted draft leaves its record behind. */
export async function isOfAnother(client: Client, id: string, organisation: string): Promise<boolean> {
  const { rowCount } = await client.query(
    'select from actions where election_id = $1 and organisation <> $2 limit 1',
    [id, organisation],
  );
  return rowCount !== 0;
}
