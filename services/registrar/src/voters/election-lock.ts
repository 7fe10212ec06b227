import type { Client } from '@suffrage/runtime/postgres/pool';

/**
 * What one transaction at a time may do with an election, across all replicas; the lock ends with the transaction.
 * `roll`: change the roll or make codes; it is taken before the election's row, and that before `tokens`. `tokens`: shared by those who give tokens, exclusive to whoever voids a code or
 * writes the rows anew, so that a token is decided on what was committed before.
 */
type Subject = 'roll' | 'tokens';

const key = (subject: Subject, electionId: string) => `suffrage ${subject} ${electionId}`;

/** A statement of its own: the next one sees what the holder before has committed. */
export async function lockShared(client: Client, subject: Subject, electionId: string): Promise<void> {
  await client.query('select pg_advisory_xact_lock_shared(hashtextextended($1, 0))', [
    key(subject, electionId),
  ]);
}

export async function lockAlone(client: Client, subject: Subject, electionId: string): Promise<void> {
  await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [key(subject, electionId)]);
}

/** False when somebody has it. */
export async function tryLockAlone(client: Client, subject: Subject, electionId: string): Promise<boolean> {
  const { rows } = await client.query<{ held: boolean }>(
    'select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as held',
    [key(subject, electionId)],
  );
  return rows[0]?.held === true;
}
