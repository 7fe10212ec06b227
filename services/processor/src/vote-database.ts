import { inTransaction, type Pool } from '@suffrage/runtime/postgres/pool';
import type { Candidate, Identified, NotCounted } from './decide.ts';
import * as progress from './progress-statements.ts';
import type { Fence, Progress } from './progress-statements.ts';
import * as quarantine from './quarantine-statements.ts';
import type { RefusedRow } from './quarantine-statements.ts';
import * as votes from './statements.ts';
import type { CountedRow, Inserted, Replaced } from './statements.ts';
import type { TallyChange } from './tally.ts';

/** The statements of one open transaction; `statements.ts` and its neighbours say what each of them does and locks. */
export type VoteStatements = {
  holdsFence(fence: Fence, from?: bigint): Promise<boolean>;
  insertVotes(partition: number, candidates: readonly Candidate[]): Promise<Inserted>;
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
    takePartition: (topic, partition) => progress.takePartition(pool, topic, partition),
    readProgress: (topic, partition) => progress.readProgress(pool, topic, partition),
    countedAmong: identified => votes.countedAmong(pool, identified),
    refusedRecords: (partition, after, limit) => quarantine.refusedRecords(pool, partition, after, limit),
    transaction: work =>
      inTransaction(pool, 'begin', client =>
        work({
          holdsFence: (fence, from) => progress.holdsFence(client, fence, from),
          insertVotes: (partition, candidates) => votes.insertVotes(client, partition, candidates),
          lockVotes: conflicts => votes.lockVotes(client, conflicts),
          replaceVotes: (partition, candidates) => votes.replaceVotes(client, partition, candidates),
          insertSuperseded: replaced => votes.insertSuperseded(client, replaced),
          insertOutcomes: (partition, outcomes) => votes.insertOutcomes(client, partition, outcomes),
          takeRefused: (partition, offsets) => quarantine.takeRefused(client, partition, offsets),
          addTotals: (partition, changes, counted) => votes.addTotals(client, partition, changes, counted),
          advance: (fence, to, counted, notCounted) =>
            progress.advance(client, fence, to, counted, notCounted),
          countRequeued: (fence, counted) => progress.countRequeued(client, fence, counted),
        }),
      ),
  };
}
