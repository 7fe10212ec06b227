import type { Pool } from '@suffrage/runtime/postgres/pool';

/**
 * The revision of a voter's token on this vote, decided by one statement on one row, whatever asks at the same time: the
 * first vote ID gets revision 1, the same vote ID its revision again, another one the next revision where voting again
 * is allowed and `undefined` where it is not.
 */
export async function issueRevision(
  pool: Pool,
  ask: {
    readonly electionId: string;
    readonly voterReference: Uint8Array;
    readonly voteId: Uint8Array;
    readonly mayRevote: boolean;
  },
): Promise<number | undefined> {
  const { rows } = await pool.query<{ revision: number; granted: boolean }>(
    `insert into issued as i (election_id, voter_reference, revision, vote_id) values ($1, $2, 1, $3)
     on conflict (election_id, voter_reference) do update
       set revision = i.revision + case when $4 and i.vote_id <> excluded.vote_id then 1 else 0 end,
           vote_id = case when $4 then excluded.vote_id else i.vote_id end
     returning revision, vote_id = $3 as granted`,
    [ask.electionId, ask.voterReference, ask.voteId, ask.mayRevote],
  );
  return rows[0]?.granted === true ? rows[0].revision : undefined;
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
