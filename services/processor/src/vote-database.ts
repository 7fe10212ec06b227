import { inTransaction, type Pool } from '@suffrage/runtime/postgres/pool';
import type { Candidate, Identified, NotCounted } from './decide.ts';
import * as sql from './statements.ts';
import type { CountedRow, Fence, Progress, RefusedRow, Replaced } from './statements.ts';
import type { TallyChange } from './tally.ts';

/** The statements of one open transaction; `statements.ts` says what each of them does and locks. */
export type VoteStatements = {
  holdsFence(fence: Fence, from?: bigint): Promise<boolean>;
  insertVotes(partition: number, candidates: readonly Candidate[]): Promise<ReadonlySet<string>>;
  lockVotes(conflicts: readonly Candidate[]): Promise<ReadonlyMap<string, CountedRow>>;
  replaceVotes(partition: number, votes: readonly Candidate[]): Promise<void>;
  insertSuperseded(replaced: readonly Replaced[]): Promise<void>;
  insertOutcomes(partition: number, outcomes: readonly NotCounted[]): Promise<void>;
  takeRefused(partition: number, offsets: readonly bigint[]): Promise<boolean>;
  addTotals(partition: number, changes: readonly TallyChange[], counted: readonly Candidate[]): Promise<void>;
  advance(fence: Fence, to: bigint, counted: number, notCounted: number): Promise<void>;
  countRequeued(fence: Fence, counted: number): Promise<void>;
};

/** What the store asks of a votes database. */
export type VoteDatabase = {
  takePartition(topic: string, partition: number): Promise<Progress>;
  readProgress(topic: string, partition: number): Promise<Progress | undefined>;
  countedAmong(votes: readonly Identified[]): Promise<ReadonlySet<string>>;
  refusedRecords(partition: number, after: bigint, limit: number): Promise<readonly RefusedRow[]>;
  /** Commits when `work` resolves. When this throws, all or nothing is committed. */
  transaction<T>(work: (statements: VoteStatements) => Promise<T>): Promise<T>;
};

export function openVoteDatabase(pool: Pool): VoteDatabase {
  return {
    takePartition: (topic, partition) => sql.takePartition(pool, topic, partition),
    readProgress: (topic, partition) => sql.readProgress(pool, topic, partition),
    countedAmong: votes => sql.countedAmong(pool, votes),
    refusedRecords: (partition, after, limit) => sql.refusedRecords(pool, partition, after, limit),
    transaction: work =>
      inTransaction(pool, 'begin', client =>
        work({
          holdsFence: (fence, from) => sql.holdsFence(client, fence, from),
          insertVotes: (partition, candidates) => sql.insertVotes(client, partition, candidates),
          lockVotes: conflicts => sql.lockVotes(client, conflicts),
          replaceVotes: (partition, votes) => sql.replaceVotes(client, partition, votes),
          insertSuperseded: replaced => sql.insertSuperseded(client, replaced),
          insertOutcomes: (partition, outcomes) => sql.insertOutcomes(client, partition, outcomes),
          takeRefused: (partition, offsets) => sql.takeRefused(client, partition, offsets),
          addTotals: (partition, changes, counted) => sql.addTotals(client, partition, changes, counted),
          advance: (fence, to, counted, notCounted) => sql.advance(client, fence, to, counted, notCounted),
          countRequeued: (fence, counted) => sql.countRequeued(client, fence, counted),
        }),
      ),
  };
}
