import { ballotHash, definitionHash } from '@suffrage/contracts/ballot';
import { toBase64url } from '@suffrage/contracts/bytes';
import type { ElectionDefinition } from '@suffrage/contracts/election';
import type { ZeroReport } from '@suffrage/contracts/official';
import { type ResultsKey, signStatement } from '@suffrage/contracts/sign-statement.node';
import { inTransaction, type Pool } from '@suffrage/runtime/postgres/pool';

type Options = {
  readonly pools: readonly Pool[];
  readonly topic: string;
  readonly key: ResultsKey;
  readonly clock: () => number;
};

/** What every statement about an election names it by. */
export function aboutElection(definition: ElectionDefinition, now: number) {
  return {
    electionId: definition.id,
    ballotHash: toBase64url(ballotHash(definition)),
    definitionHash: toBase64url(definitionHash(definition)),
    statedAt: new Date(now).toISOString(),
  };
}

/**
 * The signed statement that nothing is counted for this election; `undefined` when something is.
 * @throws when a database does not answer.
 */
export async function stateZero(
  { pools, topic, key, clock }: Options,
  definition: ElectionDefinition,
): Promise<ZeroReport | undefined> {
  const shards = await Promise.all(pools.map(pool => readBeginning(pool, definition.id, topic)));
  if (shards.some(({ counted }) => counted)) return undefined;
  const positions = shards.flatMap(shard => shard.positions).toSorted((a, b) => a.partition - b.partition);
  return signStatement(key, {
    kind: 'zero-report',
    ...aboutElection(definition, clock()),
    counted: 0 as const,
    positions,
  });
}

type ProgressRow = { partition: number; next_offset: string };

/** Whether the shard has counted any vote of the election, and how far it was at that very moment. */
function readBeginning(pool: Pool, electionId: string, topic: string) {
  return inTransaction(pool, 'begin transaction isolation level repeatable read, read only', async client => {
    const { rows } = await client.query<{ counted: boolean }>(
      `select exists (select from votes where election_id = $1)
           or exists (select from superseded where election_id = $1)
           or exists (select from tallies where election_id = $1 and votes <> 0) as counted`,
      [electionId],
    );
    const progress = await client.query<ProgressRow>(
      'select partition, next_offset from progress where topic = $1',
      [topic],
    );
    const positions = progress.rows.map(row => ({
      partition: row.partition,
      nextOffset: Number(row.next_offset),
    }));
    return { counted: rows[0]?.counted !== false, positions };
  });
}
