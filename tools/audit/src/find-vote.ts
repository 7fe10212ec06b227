import { connect, databaseName } from './connect-database.ts';
import type { RowOutcome } from './entry.ts';
import { readOutcome } from './rows.ts';

/** What a database says of one record of a vote. */
export type VoteRow = {
  readonly outcome: RowOutcome;
  readonly code: string | null;
  readonly partition: number;
  readonly offset: number;
  /** Host and name, no credentials. */
  readonly database: string;
};

/** All rows of one vote. @throws Error when the database does not answer. */
export async function findVote(
  url: string,
  { electionId, voteId }: { readonly electionId: string; readonly voteId: Uint8Array },
): Promise<VoteRow[]> {
  return connect(url, async client => {
    const { rows } = await client.query<{
      outcome: string;
      code: string | null;
      partition: number;
      record_offset: string;
    }>(
      `select 'counted' as outcome, null as code, partition, record_offset from votes
       where election_id = $1 and vote_id = $2 and (ballot_key = $2 or ballot_key <> vote_id)
       union all select 'superseded', null, partition, record_offset from superseded
       where election_id = $1 and vote_id = $2
       union all select outcome, code, partition, record_offset from outcomes
       where election_id = $1 and vote_id = $2`,
      [electionId, Buffer.from(voteId)],
    );
    await client.end();
    return rows.map(({ outcome, code, partition, record_offset }) => ({
      outcome: readOutcome(outcome),
      code,
      partition,
      offset: Number(record_offset),
      database: databaseName(url),
    }));
  });
}
