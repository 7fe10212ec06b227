import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import { inTransaction, type Pool } from '@suffrage/runtime/postgres/pool';
import { repeatEvery } from '@suffrage/runtime/wait';
import { lockAlone, tryLockAlone } from './election-lock.ts';

const LOOK_MILLIS = 15_000;
/** Requests wait for one part: some 0.2 s of writing. */
const PART_ROWS = 20_000;
const PREFIXES = 65_536;

/** A code that is given again shows as well who was at it and when, and few do that long before they vote. */
const TABLES = ['blind_tokens', 'voter_codes'] as const;

/**
 * Once an hour while an election is open, and once after it has closed, every row of `blind_tokens` and `voter_codes` is
 * written anew in the order of voter references. Before that a row's place (`ctid`) and transaction (`xmin`) show when it was changed last, and
 * transaction numbers may be shared with a database that holds votes.
 */
export function keepTokensInRollOrder(pool: Pool, log: Log, lifecycle: Lifecycle): void {
  const warn = (error: unknown) =>
    log.warn({ err: error }, 'the rows of tokens could not be written anew, trying again');
  const look = async () => {
    // One that fails must not keep the others, which are claimed, too, waiting for an hour.
    const claimed = await claimDue(pool);
    for (const electionId of claimed) await rewriteTokens(pool, electionId).catch(warn);
  };
  lifecycle.onClose(
    'order of tokens',
    repeatEvery(LOOK_MILLIS, () => look().catch(warn)),
  );
}

/** Elections that are due, claimed so that one replica does the work; one that fails meanwhile leaves it to the next claim. */
async function claimDue(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `insert into token_rewrites as r (election_id, rewritten_at, final)
     select id, now(), false from elections
     where definition ->> 'mode' = 'secret'
       and (definition ->> 'eligibility' = 'roll' or definition ? 'voterProof')
       and (phase = 'closed' or phase = 'published' and (definition ->> 'opensAt')::timestamptz < now())
       and not exists (select from erasures where election_id = elections.id)
     on conflict (election_id) do update set rewritten_at = now()
       where not r.final and r.rewritten_at < now() - case
         when (select phase from elections where id = r.election_id) = 'closed' then interval '1 minute'
         else interval '1 hour' end
     returning election_id as id`,
  );
  return rows.map(({ id }) => id);
}

/**
 * Part after part, so that nobody who asks for a token waits long; the parts follow one another in roll order, too. What had
 * to be passed over makes the election due again, within a minute or so.
 */
export async function rewriteTokens(pool: Pool, electionId: string): Promise<void> {
  const { rows } = await pool.query<{ tokens: string; closed: boolean }>(
    `select (select count(*) from blind_tokens where election_id = $1) as tokens, phase = 'closed' as closed
     from elections where id = $1`,
    [electionId],
  );
  const parts = Math.min(PREFIXES, Math.max(1, Math.ceil(Number(rows[0]?.tokens ?? 0) / PART_ROWS)));
  let isWhole = true;
  for (const table of TABLES) {
    for (let part = 0; part < parts; part += 1) {
      const below = part + 1 < parts ? prefix(part + 1, parts) : undefined;
      const isDone = await rewritePart(pool, electionId, table, { from: prefix(part, parts), below });
      isWhole &&= isDone;
    }
  }
  await pool.query(
    `update token_rewrites set final = $2, rewritten_at = now() - case when $3 then interval '0' else interval '59 minutes' end
     where election_id = $1`,
    [electionId, isWhole && rows[0]?.closed === true, isWhole],
  );
  // The rows as they were lie in their pages until then.
  for (const table of TABLES) await pool.query(`vacuum ${table}`);
}

function prefix(part: number, parts: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(Math.floor((part * PREFIXES) / parts));
  return bytes;
}

/** Not an update: that would visit the rows in the order in which they lie, and keep it. False when they were passed over. */
async function rewritePart(
  pool: Pool,
  electionId: string,
  table: (typeof TABLES)[number],
  { from, below }: { readonly from: Buffer; readonly below: Buffer | undefined },
): Promise<boolean> {
  return inTransaction(pool, 'begin', async client => {
    // Who makes codes may take minutes, and nobody who asks for a token may wait for that: the next time, then.
    if (table === 'voter_codes' && !(await tryLockAlone(client, 'roll', electionId))) return false;
    await lockAlone(client, 'tokens', electionId);
    const range =
      'election_id = $1 and voter_reference >= $2 and ($3::bytea is null or voter_reference < $3)';
    const values = [electionId, from, below ?? null];
    await client.query(`create temporary table rewritten (like ${table}) on commit drop`);
    await client.query(`insert into rewritten select * from ${table} where ${range}`, values);
    await client.query(`delete from ${table} where ${range}`, values);
    await client.query(`insert into ${table} select * from rewritten order by voter_reference`);
    return true;
  });
}
