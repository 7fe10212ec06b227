import type { IssuedCount } from '@suffrage/contracts/issued-count';
import type { ResultsDocument, ZeroReport } from '@suffrage/contracts/official';
import { type ResultsKey, signStatement } from '@suffrage/contracts/sign-statement.node';
import { statementHash } from '@suffrage/contracts/signed-statement';
import type { Closing } from '@suffrage/contracts/topics';
import type { ElectionDefinition } from '@suffrage/contracts/election';
import type { Pool } from '@suffrage/runtime/postgres/pool';
import { countVotes } from './count-votes.ts';
import { aboutElection } from './state-zero.ts';

type Options = {
  /** The primaries: official results never come from a replica. */
  readonly pools: readonly Pool[];
  readonly topic: string;
  readonly key: ResultsKey;
  readonly clock: () => number;
};

type Known = {
  readonly definition: ElectionDefinition;
  readonly closing: Closing;
  readonly issued: IssuedCount | null;
  readonly zeroReport: ZeroReport | undefined;
};

/**
 * The signed results of a closed election.
 * @throws Error while a valid vote is set aside because a database refused it: it may still be counted; and when votes
 * and tallies differ.
 */
export async function stateResults(
  { pools, topic, key, clock }: Options,
  { definition, closing, issued, zeroReport }: Known,
): Promise<ResultsDocument> {
  const setAside = await countSetAside(pools, definition.id);
  if (setAside > 0)
    throw new Error(`${setAside} valid votes of ${definition.id} are set aside: requeue them`);
  const { counted, contests } = await countVotes(pools, definition);
  return signStatement(key, {
    kind: 'results',
    ...aboutElection(definition, clock()),
    opensAt: definition.opensAt,
    closesAt: definition.closesAt,
    counted,
    contests: counted < (definition.privacyThreshold ?? 0) ? null : contests,
    issued,
    log: { topic, endOffsets: closing.endOffsets },
    zeroReport: zeroReport ? statementHash(zeroReport) : null,
  });
}

/** Valid votes that the databases have refused so far. */
export async function countSetAside(pools: readonly Pool[], electionId: string): Promise<number> {
  const shards = await Promise.all(
    pools.map(pool =>
      pool.query<{ votes: string }>(
        `select count(*) as votes from outcomes where code = 'database-refused' and election_id = $1`,
        [electionId],
      ),
    ),
  );
  return shards.reduce((sum, { rows }) => sum + Number(rows[0]?.votes), 0);
}
