import { type RecordOutcome, type VoteStatus, voteStatuses } from '@suffrage/contracts/results';
import { type Refusal, refuse } from '@suffrage/contracts/errors';
import type { Pool } from '@suffrage/runtime/postgres/pool';
import type { Elections } from './elections.ts';

/** What one shard knows of a vote ID: one entry per kind of outcome. */
export type Finding = {
  readonly outcome: RecordOutcome;
  readonly code: string | null;
  /** Of counted votes. `bigint`, so texts. */
  readonly record?: { readonly partition: number; readonly offset: string; readonly castAt: string } | null;
};
export type Status = Pick<VoteStatus, 'status' | 'code' | 'record'>;

/** `bytea` keys, each branch on an index of its own: the primary key serves `secret` elections. */
const FIND = `
select 'counted' as outcome, null as code,
  json_build_object('partition', partition, 'offset', record_offset::text, 'castAt', cast_at::text) as record
from votes
where election_id = $1 and ballot_key = $2 and vote_id = $2
union all
select 'counted', null,
  json_build_object('partition', partition, 'offset', record_offset::text, 'castAt', cast_at::text)
from votes
where election_id = $1 and vote_id = $2 and ballot_key <> vote_id
union all
(select 'superseded', null, null from superseded where election_id = $1 and vote_id = $2 limit 1)
union all
select outcome, min(code), null
from outcomes
where election_id = $1 and vote_id = $2 and outcome <> 'duplicate'
group by outcome`;

/** Look-ups that may wait for a connection of one database; more are refused at once. */
const MAX_WAITING = 1_000;

export type FindVoteStatus = (electionId: string, voteId: Uint8Array) => Promise<Status | Refusal>;

/** Asks every shard database: in `pseudonymous` elections a vote ID does not tell its shard. */
export function createVoteStatus(
  pools: readonly Pool[],
  elections: Elections,
  electionsComplete: () => boolean,
  clock: () => number,
): FindVoteStatus {
  return async (electionId, voteId) => {
    const election = elections.get(electionId);
    if (!election) return refuse(electionsComplete() ? 'election-unknown' : 'not-ready');
    if (pools.some(pool => pool.waitingCount >= MAX_WAITING)) return refuse('overloaded');
    const parameters = [electionId, Buffer.from(voteId)];
    const shards = await Promise.allSettled(pools.map(pool => pool.query<Finding>(FIND, parameters)));
    const findings = shards.flatMap(shard => (shard.status === 'fulfilled' ? shard.value.rows : []));
    const tellsRecord = election.definition.mode !== 'secret' || clock() < election.closesAt;
    const strongest = strongestStatus(findings, tellsRecord);
    const complete = shards.every(({ status }) => status === 'fulfilled');
    // A shard that does not answer could only know something stronger.
    return complete || strongest.status === 'counted' ? strongest : refuse('not-ready');
  };
}

/** counted > superseded > older-revision > quarantined > rejected; `unknown` without any. `duplicate` says nothing. */
export function strongestStatus(findings: readonly Finding[], tellsRecord: boolean): Status {
  for (const status of voteStatuses) {
    const finding = findings.find(({ outcome }) => outcome === status);
    if (!finding) continue;
    const { code, record } = finding;
    return {
      status,
      ...(code === null ? {} : { code }),
      ...(record && tellsRecord ? { record: readRecord(record) } : {}),
    };
  }
  return { status: 'unknown' };
}

function readRecord({ partition, offset, castAt }: NonNullable<Finding['record']>): Status['record'] {
  return { partition, offset: Number(offset), castAt: new Date(Number(castAt)).toISOString() };
}
