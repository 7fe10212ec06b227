import { type Client, inTransaction, type Pool } from '@suffrage/runtime/postgres/pool';
import { lockShared } from './election-lock.ts';

/** A pseudonymous voter asks for a token on this vote. */
export type RevisionAsk = {
  readonly electionId: string;
  readonly voteId: Uint8Array;
  /** How often a voter may change the vote, plus one; 1 where voting again is not allowed. */
  readonly maxRevision: number;
};
export type Revision =
  | { readonly ok: true; readonly revision: number; readonly voterReference: Uint8Array }
  | { readonly ok: false; readonly why: 'other' | 'exhausted' | 'unknown' };

/**
 * The revision of a voter's token on this vote, decided by one statement on one row, whatever asks at the same time: the
 * first vote ID gets revision 1, the same vote ID its revision again, another one the next revision until the last allowed.
 */
export async function issueRevision(
  database: Pool | Client,
  { electionId, voteId, maxRevision }: RevisionAsk,
  voterReference: Uint8Array,
): Promise<Revision> {
  const { rows } = await database.query<{ revision: number; granted: boolean }>(
    `insert into issued as i (election_id, voter_reference, revision, vote_id) values ($1, $2, 1, $3)
     on conflict (election_id, voter_reference) do update
       set revision = i.revision + case when i.revision < $4 and i.vote_id <> excluded.vote_id then 1 else 0 end,
           vote_id = case when i.revision < $4 then excluded.vote_id else i.vote_id end
     returning revision, vote_id = $3 as granted`,
    [electionId, voterReference, voteId, maxRevision],
  );
  const [row] = rows;
  if (!row?.granted) return { ok: false, why: maxRevision === 1 ? 'other' : 'exhausted' };
  return { ok: true, revision: row.revision, voterReference };
}

/** As much work as `issueRevision`, written and answered alike, so that a wrong code takes as long as a used one. */
async function issueNothing(
  client: Client,
  { electionId, voteId, maxRevision }: RevisionAsk,
  codeHash: Uint8Array,
): Promise<void> {
  await client.query(
    `insert into issue_counts as c (election_id, issued) values ($1, 0)
     on conflict (election_id) do update set issued = c.issued
     returning $4::int as revision, $2::bytea = $3::bytea as granted`,
    [electionId, codeHash, voteId, maxRevision],
  );
}

/** The same for whoever has a code; no code that was voided meanwhile gets a token. */
export function issueRevisionByCode(pool: Pool, ask: RevisionAsk, codeHash: Uint8Array): Promise<Revision> {
  return inTransaction(pool, 'begin', async client => {
    await lockShared(client, 'tokens', ask.electionId);
    const { rows } = await client.query<{ voter_reference: Buffer }>(
      'select voter_reference from voter_codes where election_id = $1 and code_hash = $2',
      [ask.electionId, codeHash],
    );
    const [row] = rows;
    if (row) return issueRevision(client, ask, row.voter_reference);
    await issueNothing(client, ask, codeHash);
    return { ok: false, why: 'unknown' };
  });
}

/** Tokens given in a `secret` election, voters who hold one in a `pseudonymous` one. Never fewer than were handed out. */
export async function countIssued(
  pool: Pool,
  electionId: string,
  mode: 'secret' | 'pseudonymous',
): Promise<number> {
  const { rows } = await pool.query<{ issued: string }>(
    mode === 'secret'
      ? 'select issued from issue_counts where election_id = $1'
      : 'select count(*) as issued from issued where election_id = $1',
    [electionId],
  );
  return Number(rows[0]?.issued ?? 0);
}
