import type { Candidate } from '@suffrage/processor/decide';
import type { VoteStore } from '@suffrage/processor/vote-store';
import type { SyntheticBatches } from './synthetic-batches.ts';
import { type Quantiles, quantiles } from '../bench/quantiles.ts';

/** How sure PostgreSQL is of a commit before it says so; the last three wait for a synchronous standby. */
export const COMMIT_MODES = ['off', 'local', 'remote_write', 'on', 'remote_apply'] as const;
export type CommitMode = (typeof COMMIT_MODES)[number];

export type CommitCell = {
  readonly mode: CommitMode;
  readonly batchVotes: number;
  readonly commits: number;
  /** Of whole transactions as the processor makes them, milliseconds. */
  readonly latencyMillis: Quantiles;
  /** One connection, one transaction after the other. */
  readonly votesPerSecond: number;
};

/** One partition of its own for each connection, so that its position is nobody else's. */
export type Writer = {
  /** Commits one batch as the processor does; resolves with milliseconds. */
  commit(votes: number): Promise<{ readonly millis: number; readonly last: Candidate }>;
};

const TOPIC = 'synthetic';

export async function openWriter(
  store: VoteStore,
  batches: SyntheticBatches,
  partition: number,
): Promise<Writer> {
  const { epoch, nextOffset } = await store.take(TOPIC, partition);
  const fence = { topic: TOPIC, partition, epoch };
  let from = nextOffset;
  return {
    async commit(votes) {
      const plan = batches.next(votes, from);
      const begun = performance.now();
      const committed = await store.commit(fence, from, from + BigInt(votes), plan);
      const millis = performance.now() - begun;
      if (committed.status === 'fenced')
        throw new Error('somebody else writes into the benchmark’s database');
      from += BigInt(votes);
      const last = plan.candidates.at(-1);
      if (!last || committed.counted.length !== votes) throw new Error('a fresh vote was not counted');
      return { millis, last };
    },
  };
}

export type CommitPlan = {
  readonly batchVotes: readonly number[];
  /** The cells take turns so often: what else the machine does falls on all of them. */
  readonly rounds: number;
  readonly millisPerTurn: number;
};

/** Every mode with every batch size. */
export async function measureCommits(
  writers: ReadonlyMap<CommitMode, Writer>,
  { batchVotes, rounds, millisPerTurn }: CommitPlan,
  onTurn: () => void,
): Promise<CommitCell[]> {
  const cells = [...writers].flatMap(([mode, writer]) =>
    batchVotes.map(votes => ({ mode, writer, votes, taken: [] as number[] })),
  );
  // The first one connects.
  for (const { writer } of cells) await writer.commit(1);
  for (let round = 0; round < rounds; round += 1) {
    for (const { writer, votes, taken } of cells) {
      const end = performance.now() + millisPerTurn;
      while (performance.now() < end) taken.push((await writer.commit(votes)).millis);
      onTurn();
    }
  }
  return cells.map(({ mode, votes, taken }) => ({
    mode,
    batchVotes: votes,
    commits: taken.length,
    latencyMillis: quantiles(taken),
    votesPerSecond: Math.round(
      (1000 * votes * taken.length) / taken.reduce((sum, millis) => sum + millis, 0),
    ),
  }));
}
