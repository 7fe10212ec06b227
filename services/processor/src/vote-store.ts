import type { Election } from '@suffrage/contracts/ballot';
import { crashPoint } from '@suffrage/runtime/crash-point';
import {
  type Candidate,
  candidateKey,
  type Identified,
  type NotCounted,
  type Plan,
  settleConflict,
} from './decide.ts';
import type { Fence, Progress } from './progress-statements.ts';
import type { RefusedRow } from './quarantine-statements.ts';
import type { Replaced } from './statements.ts';
import { tallyChanges } from './tally.ts';
import type { VoteDatabase, VoteStatements } from './vote-database.ts';

/** `fenced`: another epoch, or another position, is in force; nothing was written. */
export type Committed =
  | {
      readonly status: 'committed';
      readonly counted: readonly Candidate[];
      readonly notCounted: readonly NotCounted[];
    }
  | { readonly status: 'fenced' };

export type VoteStore = {
  /** Takes the partition: from here on, whoever held it before writes nothing more. */
  take(topic: string, partition: number): Promise<Progress>;
  readProgress(topic: string, partition: number): Promise<Progress | undefined>;
  /** Which of these votes is counted at this moment, with the same revision and vote ID. Keys: `identityKey`. */
  countedAmong(votes: readonly Identified[]): Promise<ReadonlySet<string>>;
  /**
   * One transaction: fence, votes, outcomes, tallies, position. When it resolves with `committed`, PostgreSQL has all
   * of it durably; when it throws, it has all or nothing, and the position tells which.
   */
  commit(fence: Fence, from: bigint, to: bigint, plan: Plan): Promise<Committed>;
  /** The next records of a partition, after offset `after`, that the database refused before. */
  refusedRecords(partition: number, after: bigint, limit: number): Promise<readonly RefusedRow[]>;
  /** As `commit`, for one record that the database refused before: its outcome is replaced, the position stays. */
  requeue(fence: Fence, plan: Plan): Promise<Committed>;
};

export function createVoteStore(
  database: VoteDatabase,
  findElection: (electionId: string) => Election | undefined,
): VoteStore {
  /** Votes, superseded votes, outcomes, tallies and intake of a plan; the caller holds the fence. */
  const writePlan = async (statements: VoteStatements, partition: number, plan: Plan) => {
    const { added, taken } = await statements.insertVotes(partition, plan.candidates);
    const { superseding, replaced, late } = await settle(statements, taken);
    await statements.replaceVotes(partition, superseding);
    await statements.insertSuperseded(replaced);
    const counted = [...added, ...superseding];
    const notCounted = [...plan.notCounted, ...late];
    await statements.insertOutcomes(partition, notCounted);
    await statements.addTotals(partition, tallyChanges(findElection, counted, replaced), counted);
    return { counted, notCounted };
  };

  return {
    take: database.takePartition,
    readProgress: database.readProgress,
    countedAmong: database.countedAmong,
    refusedRecords: database.refusedRecords,
    commit: (fence, from, to, plan) =>
      database.transaction(async statements => {
        if (!(await statements.holdsFence(fence, from))) return { status: 'fenced' };
        const written = await writePlan(statements, fence.partition, plan);
        crashPoint('inside-transaction');
        await statements.advance(fence, to, written.counted.length, written.notCounted.length);
        return { status: 'committed', ...written };
      }),
    requeue: (fence, plan) =>
      database.transaction(async statements => {
        if (!(await statements.holdsFence(fence))) return { status: 'fenced' };
        const offsets = [...plan.candidates, ...plan.notCounted].map(({ offset }) => offset);
        // Somebody else has tried them in the meantime.
        if (!(await statements.takeRefused(fence.partition, offsets))) return { status: 'fenced' };
        const written = await writePlan(statements, fence.partition, plan);
        await statements.countRequeued(fence, written.counted.length);
        return { status: 'committed', ...written };
      }),
  };
}

/**
 * Rows that were there already are locked, in key order, and compared with what wants their place. An upsert could not
 * tell us the row that it replaced nor the one that it left, and both need an outcome.
 */
async function settle(statements: VoteStatements, conflicts: readonly Candidate[]) {
  const superseding: Candidate[] = [];
  const replaced: Replaced[] = [];
  const late: NotCounted[] = [];
  const current = await statements.lockVotes(conflicts);
  for (const candidate of conflicts) {
    const counted = current.get(candidateKey(candidate));
    if (!counted) throw new Error('a conflicting vote is gone: votes are never deleted');
    const verdict = settleConflict(candidate, counted);
    if (verdict === 'supersedes') {
      superseding.push(candidate);
      replaced.push({ ...counted, supersededBy: candidate.voteId });
    } else late.push(verdict);
  }
  return { superseding, replaced, late };
}
