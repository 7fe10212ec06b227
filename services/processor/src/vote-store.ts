import type { Election } from '@suffrage/contracts/ballot';
import { crashPoint } from '@suffrage/runtime/crash-point';
import { type Client, inTransaction, type Pool } from '@suffrage/runtime/postgres/pool';
import {
  type Candidate,
  candidateKey,
  type Identified,
  type NotCounted,
  type Plan,
  settleConflict,
} from './decide.ts';
import * as sql from './statements.ts';
import type { Fence, Progress } from './statements.ts';
import { tallyChanges } from './tally.ts';

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
  /** As `commit`, for one record that the database refused before: its outcome is replaced, the position stays. */
  requeue(fence: Fence, plan: Plan): Promise<Committed>;
};

export function createVoteStore(
  pool: Pool,
  findElection: (electionId: string) => Election | undefined,
): VoteStore {
  /** Votes, superseded votes, outcomes, tallies and intake of a plan; the caller holds the fence. */
  const writePlan = async (client: Client, partition: number, plan: Plan) => {
    const added = await sql.insertVotes(client, partition, plan.candidates);
    const conflicts = plan.candidates.filter(candidate => !added.has(candidateKey(candidate)));
    const { superseding, replaced, late } = await settle(client, conflicts);
    await sql.replaceVotes(client, partition, superseding);
    await sql.insertSuperseded(client, replaced);
    const counted = [
      ...plan.candidates.filter(candidate => added.has(candidateKey(candidate))),
      ...superseding,
    ];
    const notCounted = [...plan.notCounted, ...late];
    await sql.insertOutcomes(client, partition, notCounted);
    await sql.addTallies(client, partition, tallyChanges(findElection, counted, replaced));
    await sql.addIntake(client, partition, counted);
    return { counted, notCounted };
  };

  return {
    take: (topic, partition) => sql.takePartition(pool, topic, partition),
    readProgress: (topic, partition) => sql.readProgress(pool, topic, partition),
    countedAmong: votes => sql.countedAmong(pool, votes),
    commit: (fence, from, to, plan) =>
      inTransaction(pool, 'begin', async client => {
        if (!(await sql.holdsFence(client, fence, from))) return { status: 'fenced' };
        const written = await writePlan(client, fence.partition, plan);
        crashPoint('inside-transaction');
        await sql.advance(client, fence, to, written.counted.length, written.notCounted.length);
        return { status: 'committed', ...written };
      }),
    requeue: (fence, plan) =>
      inTransaction(pool, 'begin', async client => {
        if (!(await sql.holdsFence(client, fence))) return { status: 'fenced' };
        const offsets = [...plan.candidates, ...plan.notCounted].map(({ offset }) => offset);
        // Somebody else has tried them in the meantime.
        if (!(await sql.takeRefused(client, fence.partition, offsets))) return { status: 'fenced' };
        const written = await writePlan(client, fence.partition, plan);
        await sql.countRequeued(client, fence, written.counted.length);
        return { status: 'committed', ...written };
      }),
  };
}

/**
 * Rows that were there already are locked, in key order, and compared with what wants their place. An upsert could not
 * tell us the row that it replaced nor the one that it left, and both need an outcome.
 */
async function settle(client: Client, conflicts: readonly Candidate[]) {
  const superseding: Candidate[] = [];
  const replaced: sql.Replaced[] = [];
  const late: NotCounted[] = [];
  const current = await sql.lockVotes(client, conflicts);
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
