import { databaseAt } from '@suffrage/audit/encryption';
import pg from 'pg';

/** Where the record of a counted vote lies. */
export type CountedPosition = {
  readonly partition: number;
  readonly offset: number;
  readonly voteId: Buffer;
};

const FETCHED = 5_000;

/** Counted votes of an election in the order of the log, at one instant of the database; memory does not grow. */
export async function* countedPositions(
  databaseUrl: string,
  electionId: string,
): AsyncGenerator<CountedPosition, void> {
  const client = new pg.Client({
    ...databaseAt(databaseUrl),
    application_name: 'suffrage-export',
    // The transaction stays open while the log is read.
    idle_in_transaction_session_timeout: 0,
  });
  await client.connect();
  try {
    await client.query('begin transaction isolation level repeatable read, read only');
    await client.query(
      `declare counted no scroll cursor for
       select partition, record_offset, vote_id from votes where election_id = $1 order by partition, record_offset`,
      [electionId],
    );
    for (;;) {
      const { rows } = await client.query<{ partition: number; record_offset: string; vote_id: Buffer }>(
        `fetch ${FETCHED} from counted`,
      );
      for (const { partition, record_offset, vote_id } of rows)
        yield { partition, offset: Number(record_offset), voteId: vote_id };
      if (rows.length < FETCHED) return;
    }
  } finally {
    await client.end();
  }
}
