import { type BadRow, badRow, type RowFault } from '@suffrage/contracts/roll';
import type { Client, Pool } from '@suffrage/runtime/postgres/pool';
import { from as copyFrom } from 'pg-copy-streams';

/** What an upload is compared with, and becomes of it. */
export type RollChange = { readonly added: number; readonly removed: number; readonly changed: number };

/** Where an upload waits, whole, until it is applied; seen by its own transaction only, and gone with it. */
export async function createStaging(client: Client): Promise<void> {
  await client.query(`set local work_mem = '64MB'`);
  await client.query(
    `create temporary table staged (line bigint, voter text, subject text, voter_reference bytea) on commit drop`,
  );
}

/** Takes what `stagedLine` gives, in pieces of any size. */
export function copyToStaging(client: Client) {
  return client.query(copyFrom('copy staged from stdin'));
}

/** Text format of `copy`: control characters are refused before, so only the backslash needs care. */
export function stagedLine(
  {
    line,
    voter,
    subject,
  }: { readonly line: number; readonly voter: string; readonly subject?: string | undefined },
  reference: Uint8Array,
): string {
  const text = (value: string) => value.replaceAll('\\', '\\\\');
  return `${line}\t${text(voter)}\t${subject === undefined ? '\\N' : text(subject)}\t\\\\x${Buffer.from(reference).toString('hex')}\n`;
}

/** Rows that contradict others of the file, or voters that stay on the roll; at most `most`, and how many there are. */
export async function findContradictions(
  client: Client,
  electionId: string,
  { replaces, most }: { readonly replaces: boolean; readonly most: number },
): Promise<{ readonly rows: readonly BadRow[]; readonly count: number }> {
  await client.query('analyze staged');
  const { rows } = await client.query<{
    line: string;
    code: RowFault;
    first: string | null;
    count: string;
  }>(
    `with bad as (
       select line, 'voter-repeated' as code, first from (
         select line, min(line) over (partition by voter) as first from staged) as voters
       where line > first
       union all
       select line, 'subject-repeated', first from (
         select line, min(line) over (partition by subject) as first from staged where subject is not null) as subjects
       where line > first
       union all
       select line, 'subject-taken', null from staged join roll using (subject)
       where not $2 and election_id = $1 and roll.voter <> staged.voter)
     select line, code, first, count(*) over () as count from bad order by line, code limit $3`,
    [electionId, replaces, most],
  );
  return {
    rows: rows.map(({ line, code, first }) =>
      badRow(Number(line), code, first === null ? {} : { first: Number(first) }),
    ),
    count: Number(rows[0]?.count ?? 0),
  };
}

/** Voters that would leave the roll, and those that would get another subject than the one they have. */
export async function countTaken(
  client: Client,
  electionId: string,
  replaces: boolean,
): Promise<{ readonly removed: number; readonly changed: number }> {
  const { rows } = await client.query<{ removed: string; changed: string }>(
    `select count(*) filter (where $2 and staged.voter is null) as removed,
            count(*) filter (where staged.voter is not null and roll.subject is not null and ($2 or staged.subject is not null)
                             and staged.subject is distinct from roll.subject) as changed
     from roll left join staged using (voter) where election_id = $1`,
    [electionId, replaces],
  );
  return { removed: Number(rows[0]?.removed ?? 0), changed: Number(rows[0]?.changed ?? 0) };
}

/**
 * Makes the roll what the staged file says, and with it the rows that tell who has received a token. Statements in turn, so
 * that a subject may move from one voter to another.
 */
export async function applyStaged(
  client: Client,
  electionId: string,
  { replaces, secret }: { readonly replaces: boolean; readonly secret: boolean },
): Promise<RollChange> {
  const run = async (sql: string) => (await client.query(sql, [electionId])).rowCount ?? 0;
  const removed = replaces
    ? await run(
        `delete from roll where election_id = $1 and not exists (select from staged where voter = roll.voter)`,
      )
    : 0;
  if (removed > 0) {
    for (const table of ['voter_codes', 'blind_tokens']) {
      await run(
        `delete from ${table} where election_id = $1 and not exists (
           select from roll where roll.election_id = $1 and roll.voter_reference = ${table}.voter_reference)`,
      );
    }
  }
  const changed = await run(
    `delete from roll using staged where election_id = $1 and roll.voter = staged.voter
     and roll.subject is distinct from staged.subject ${replaces ? '' : 'and staged.subject is not null'}`,
  );
  const inserted = await run(
    `insert into roll (election_id, voter, subject, voter_reference)
     select $1, voter, subject, voter_reference from staged
     where not exists (select from roll where election_id = $1 and roll.voter = staged.voter) order by voter`,
  );
  if (secret) {
    // In the order of keyed hashes, which is the order that they are written anew in later.
    await run(
      `insert into blind_tokens (election_id, voter_reference) select $1, voter_reference from staged
       order by voter_reference on conflict do nothing`,
    );
  }
  const added = inserted - changed;
  await client.query(
    `insert into roll_counts as c (election_id, voters) values ($1, $2)
     on conflict (election_id) do update set voters = c.voters + $2`,
    [electionId, added - removed],
  );
  return { added, removed, changed };
}

export async function countRoll(pool: Pool | Client, electionId: string): Promise<number> {
  const { rows } = await pool.query<{ voters: string }>(
    'select voters from roll_counts where election_id = $1',
    [electionId],
  );
  return Number(rows[0]?.voters ?? 0);
}
