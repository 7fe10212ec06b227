import type { Client, Pool } from '@suffrage/runtime/postgres/pool';
import { byteaArray, int4Array, int8Array, textArray } from './binary-array.ts';
import { type Candidate, candidateKey, type Identified, identityKey, type NotCounted } from './decide.ts';
import type { TallyChange } from './tally.ts';

/** A counted vote as its row holds it. */
export type CountedRow = {
  readonly electionId: string;
  readonly ballotKey: Uint8Array;
  readonly voteId: Uint8Array;
  readonly revision: number;
  readonly selections: Uint8Array;
  readonly partition: number;
  readonly offset: bigint;
};
export type Replaced = CountedRow & { readonly supersededBy: Uint8Array };

// Statements of every batch have a name: a connection has them prepared, and planned, once.

export async function countedAmong(pool: Pool, votes: readonly Identified[]): Promise<ReadonlySet<string>> {
  if (votes.length === 0) return new Set();
  const { rows } = await pool.query<{ place: string }>({
    name: 'counted-among',
    // Not a join: one planned while there are few votes reads them all, and is kept while they become millions.
    text: `select asked.place
     from unnest($1::text[], $2::bytea[], $3::bytea[], $4::int[])
       with ordinality as asked (election_id, ballot_key, vote_id, revision, place)
     where (select v.vote_id = asked.vote_id and v.revision = asked.revision
            from votes v
            where v.election_id = asked.election_id and v.ballot_key = asked.ballot_key)`,
    values: [
      textArray(votes.map(vote => vote.electionId)),
      byteaArray(votes.map(vote => vote.ballotKey)),
      byteaArray(votes.map(vote => vote.voteId)),
      int4Array(votes.map(vote => vote.revision)),
    ],
  });
  return new Set(
    rows.flatMap(({ place }) => {
      const vote = votes[Number(place) - 1];
      return vote ? [identityKey(vote)] : [];
    }),
  );
}

/** `taken`: those whose ballot key has a counted vote already. */
export type Inserted = { readonly added: readonly Candidate[]; readonly taken: readonly Candidate[] };

/** Adds what is not there yet, in primary-key order (candidates come sorted). */
export async function insertVotes(
  client: Client,
  partition: number,
  candidates: readonly Candidate[],
): Promise<Inserted> {
  if (candidates.length === 0) return { added: [], taken: [] };
  const { rowCount } = await client.query({
    name: 'insert-votes',
    text: `insert into votes (election_id, ballot_key, vote_id, revision, selections, cast_at, record_offset, partition)
     select *, $8::int
     from unnest($1::text[], $2::bytea[], $3::bytea[], $4::int[], $5::bytea[], $6::bigint[], $7::bigint[])
     on conflict (election_id, ballot_key) do nothing`,
    values: [...columns(candidates), partition],
  });
  // Nearly always all of them: having each key returned would cost more than asking in the other case.
  if (rowCount === candidates.length) return { added: candidates, taken: [] };
  const keys = await keysWrittenHere(client, partition, candidates);
  const { added = [], taken = [] } = Object.groupBy(candidates, candidate =>
    keys.has(candidateKey(candidate)) ? 'added' : 'taken',
  );
  return { added, taken };
}

/**
 * Keys of those candidates whose row this transaction has written. The transaction's number alone could be that of one
 * four thousand million transactions ago, the place on the log alone that of a row from before.
 */
async function keysWrittenHere(
  client: Client,
  partition: number,
  candidates: readonly Candidate[],
): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ election_id: string; ballot_key: Buffer }>(
    `select v.election_id, v.ballot_key
     from unnest($1::text[], $2::bytea[], $3::bigint[]) as asked (election_id, ballot_key, record_offset)
     join votes v using (election_id, ballot_key, record_offset)
     where v.partition = $4 and v.xmin = pg_current_xact_id()::xid`,
    [
      textArray(candidates.map(candidate => candidate.electionId)),
      byteaArray(candidates.map(candidate => candidate.ballotKey)),
      int8Array(candidates.map(candidate => candidate.offset)),
      partition,
    ],
  );
  return new Set(rows.map(row => candidateKey({ electionId: row.election_id, ballotKey: row.ballot_key })));
}

function columns(candidates: readonly Candidate[]): unknown[] {
  return [
    textArray(candidates.map(candidate => candidate.electionId)),
    byteaArray(candidates.map(candidate => candidate.ballotKey)),
    byteaArray(candidates.map(candidate => candidate.voteId)),
    int4Array(candidates.map(candidate => candidate.revision)),
    byteaArray(candidates.map(candidate => candidate.selections)),
    int8Array(candidates.map(candidate => candidate.timestamp)),
    int8Array(candidates.map(candidate => candidate.offset)),
  ];
}

type VoteRow = {
  election_id: string;
  ballot_key: Buffer;
  vote_id: Buffer;
  revision: number;
  selections: Buffer;
  partition: number;
  record_offset: string;
};

/** Locks the counted votes of these ballot keys, in primary-key order. */
export async function lockVotes(
  client: Client,
  conflicts: readonly Candidate[],
): Promise<ReadonlyMap<string, CountedRow>> {
  if (conflicts.length === 0) return new Map();
  const { rows } = await client.query<VoteRow>(
    `select v.election_id, v.ballot_key, v.vote_id, v.revision, v.selections, v.partition, v.record_offset
     from unnest($1::text[], $2::bytea[]) as asked (election_id, ballot_key)
     join votes v using (election_id, ballot_key)
     order by v.election_id collate "C", v.ballot_key
     for update of v`,
    [textArray(conflicts.map(vote => vote.electionId)), byteaArray(conflicts.map(vote => vote.ballotKey))],
  );
  return new Map(
    rows.map(row => {
      const counted = {
        electionId: row.election_id,
        ballotKey: row.ballot_key,
        voteId: row.vote_id,
        revision: row.revision,
        selections: row.selections,
        partition: row.partition,
        offset: BigInt(row.record_offset),
      };
      return [candidateKey(counted), counted];
    }),
  );
}

export async function replaceVotes(
  client: Client,
  partition: number,
  votes: readonly Candidate[],
): Promise<void> {
  if (votes.length === 0) return;
  await client.query(
    `update votes v
     set vote_id = n.vote_id, revision = n.revision, selections = n.selections, cast_at = n.cast_at,
         record_offset = n.record_offset, partition = $8::int
     from unnest($1::text[], $2::bytea[], $3::bytea[], $4::int[], $5::bytea[], $6::bigint[], $7::bigint[])
       as n (election_id, ballot_key, vote_id, revision, selections, cast_at, record_offset)
     where v.election_id = n.election_id and v.ballot_key = n.ballot_key`,
    [...columns(votes), partition],
  );
}

export async function insertSuperseded(client: Client, replaced: readonly Replaced[]): Promise<void> {
  if (replaced.length === 0) return;
  await client.query(
    `insert into superseded (partition, record_offset, revision, election_id, vote_id, superseded_by)
     select * from unnest($1::int[], $2::bigint[], $3::int[], $4::text[], $5::bytea[], $6::bytea[])`,
    [
      replaced.map(vote => vote.partition),
      replaced.map(vote => vote.offset),
      replaced.map(vote => vote.revision),
      replaced.map(vote => vote.electionId),
      replaced.map(vote => vote.voteId),
      replaced.map(vote => vote.supersededBy),
    ],
  );
}

export async function insertOutcomes(
  client: Client,
  partition: number,
  outcomes: readonly NotCounted[],
): Promise<void> {
  if (outcomes.length === 0) return;
  await client.query({
    name: 'insert-outcomes',
    text: `insert into outcomes (partition, record_offset, outcome, code, election_id, vote_id, gave_way_to, record, cast_at)
     select $1::int, * from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::bytea[],
                                   $8::bytea[], $9::bigint[])`,
    values: [
      partition,
      int8Array(outcomes.map(outcome => outcome.offset)),
      textArray(outcomes.map(outcome => outcome.outcome)),
      textArray(outcomes.map(outcome => outcome.code)),
      textArray(outcomes.map(outcome => outcome.electionId)),
      byteaArray(outcomes.map(outcome => outcome.voteId)),
      byteaArray(outcomes.map(outcome => outcome.gaveWayTo)),
      byteaArray(outcomes.map(outcome => outcome.retry?.record ?? null)),
      outcomes.map(outcome => outcome.retry?.timestamp ?? null),
    ],
  });
}

/** Tallies, and how many of the counted votes came from which instance: in one statement, because neither needs the other. */
export async function addTotals(
  client: Client,
  partition: number,
  changes: readonly TallyChange[],
  counted: readonly Candidate[],
): Promise<void> {
  if (counted.length === 0) return;
  const intake = countIntake(counted);
  await client.query({
    name: 'add-totals',
    text: `with tallied as (
       insert into tallies as t (election_id, contest, option, votes, partition)
       select *, $8::int from unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
       on conflict (election_id, contest, option, partition) do update set votes = t.votes + excluded.votes
     )
     insert into intake as i (election_id, instance, votes, partition)
     select *, $8::int from unnest($5::text[], $6::text[], $7::bigint[])
     on conflict (election_id, instance, partition) do update set votes = i.votes + excluded.votes`,
    values: [
      textArray(changes.map(change => change.electionId)),
      textArray(changes.map(change => change.contest)),
      textArray(changes.map(change => change.option)),
      int8Array(changes.map(change => change.votes)),
      textArray(intake.map(from => from.electionId)),
      textArray(intake.map(from => from.instance)),
      int8Array(intake.map(from => from.votes)),
      partition,
    ],
  });
}

type Intake = { readonly electionId: string; readonly instance: string; votes: number };

/** One entry for each election and instance. */
function countIntake(counted: readonly Candidate[]): Intake[] {
  const entries = new Map<string, Intake>();
  for (const { electionId, instance } of counted) {
    const key = `${electionId}/${instance}`;
    const entry = entries.get(key);
    if (entry) entry.votes += 1;
    else entries.set(key, { electionId, instance, votes: 1 });
  }
  return [...entries.values()].toSorted((a, b) => (a.instance < b.instance ? -1 : 1));
}
