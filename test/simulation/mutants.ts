import type { Hints } from '@suffrage/processor/hints';
import { identityKey } from '@suffrage/processor/decide';
import type { VoteDatabase } from '@suffrage/processor/vote-database';
import type { VoteStore } from '@suffrage/processor/vote-store';
import type { LocalQueue } from '@suffrage/ingestion/log/local-queue';
import type { ProducerPool } from '@suffrage/ingestion/log/producers';
import type { Database } from '@suffrage/ingestion/log/queue-store';
import type { FakeDatabase } from './fakes/fake-database.ts';
import type { FakeGroup } from './fakes/fake-group.ts';
import type { FakeLog } from './fakes/fake-log.ts';
import type { FaultKind } from './fault-kinds.ts';
import type { Machine } from './machine.ts';

type Surroundings = {
  readonly hints: Hints;
  readonly group: FakeGroup;
  readonly database: FakeDatabase;
  readonly topic: string;
  readonly machine: Machine;
};

/**
 * A way of doing it wrong. Each wraps the ports that the real parts are given, so that no production code has a switch
 * for it. The simulation must find each of them, or it proves nothing.
 */
export type Mutant = {
  readonly name: string;
  /** Faults that do not happen, because they would find it for another reason. */
  readonly spares?: readonly FaultKind[];
  /** Faults that happen in every seed, because without them nothing could find it. */
  readonly needs?: readonly FaultKind[];
  readonly producers?: (pool: ProducerPool, log: FakeLog) => ProducerPool;
  readonly database?: (database: VoteDatabase) => VoteDatabase;
  readonly store?: (store: VoteStore, surroundings: Surroundings) => VoteStore;
  readonly disk?: (database: Database) => Database;
  readonly localQueue?: (queue: LocalQueue) => LocalQueue;
};

export const NO_MUTANT: Mutant = { name: 'none' };

/** What makes a marker a lie although it was written after the commit, or without any. */
const LYING_REDIS: readonly FaultKind[] = ['redis lies', 'database restored'];

const believeMarkers = (store: VoteStore): VoteStore => ({
  ...store,
  countedAmong: votes => Promise.resolve(new Set(votes.map(identityKey))),
});

const markBefore = (store: VoteStore, { hints }: Surroundings): VoteStore => ({
  ...store,
  async commit(fence, from, to, plan) {
    await hints.mark(plan.candidates);
    return store.commit(fence, from, to, plan);
  },
});

/**
 * Marks votes before the transaction that counts them. Because a marker is only a hint and is confirmed in PostgreSQL,
 * that alone changes no count, so this mutant also believes its markers, in a world where Redis does not lie. Tests show
 * that neither half is enough: only a marker that is both early and believed loses votes.
 */
const markFirst: Mutant = {
  name: 'mark in Redis before the transaction',
  spares: LYING_REDIS,
  store: (store, surroundings) => believeMarkers(markBefore(store, surroundings)),
};

/** The two halves of `markFirst`: neither may be found. */
export const harmlessHalves: readonly Mutant[] = [
  { name: 'marks before the transaction, but confirms', store: markBefore },
  { name: 'believes markers, but marks after the transaction', spares: LYING_REDIS, store: believeMarkers },
];

/**
 * Commits the group's offset before the transaction, and resumes from it as consumers usually do: the database's position
 * is moved up to it. A crash in between leaves records without an outcome.
 */
const offsetsFirst: Mutant = {
  name: 'commit offsets first',
  store: (store, { group, database, topic, machine }) => ({
    ...store,
    async take(_topic, partition) {
      const taken = await store.take(topic, partition);
      const committed = BigInt(group.committed(partition) ?? 0);
      if (committed <= taken.nextOffset) return taken;
      database.skipTo(topic, partition, committed);
      return { ...taken, nextOffset: committed };
    },
    async commit(fence, from, to, plan) {
      await machine.receive(group.store(fence.partition, Number(to)));
      return store.commit(fence, from, to, plan);
    },
  }),
};

/** Writes without asking whether epoch and position are still in force. */
const noFence: Mutant = {
  name: 'no fence',
  database: database => ({
    ...database,
    transaction: work =>
      database.transaction(statements => work({ ...statements, holdsFence: () => Promise.resolve(true) })),
  }),
};

/** Tells the lane that a batch is on the log as soon as it has been handed over, at the place where it should come. */
const confirmEarly: Mutant = {
  name: 'resolve an append before its confirmation',
  producers: (pool, log) => ({
    ...pool,
    send(append) {
      const sent = pool.send(append);
      sent?.catch(() => undefined);
      return (
        sent && Promise.resolve({ partition: append.partition, offset: BigInt(log.end(append.partition)) })
      );
    },
  }),
};

/** Lets the vote that is counted already look unbeatable, so that no later revision replaces it. */
const firstWins: Mutant = {
  name: 'first arrival wins between revisions',
  database: database => ({
    ...database,
    transaction: work =>
      database.transaction(statements =>
        work({
          ...statements,
          lockVotes: async conflicts =>
            new Map(
              [...(await statements.lockVotes(conflicts))].map(([key, row]) => [
                key,
                { ...row, revision: Number.MAX_SAFE_INTEGER },
              ]),
            ),
        }),
      ),
  }),
};

/** Tells a client that its vote is on the disk as soon as the system has taken the write. */
const answerBeforeSync: Mutant = {
  name: 'answer before the local queue is on the disk',
  needs: ['log away', 'ingestion killed'],
  disk: database => ({
    ...database,
    batch: operations => database.batch(operations, { sync: false }),
  }),
};

/** Forgets what the local queue holds when it is read for the replay. */
const forgetEarly: Mutant = {
  name: 'remove from the local queue before the confirmation',
  needs: ['log away', 'appends fail'],
  localQueue: queue => ({
    ...queue,
    async oldest(shard, most) {
      const votes = await queue.oldest(shard, most);
      await queue.remove(votes);
      return votes;
    },
  }),
};

export const mutants: readonly Mutant[] = [
  markFirst,
  offsetsFirst,
  noFence,
  confirmEarly,
  firstWins,
  answerBeforeSync,
  forgetEarly,
];
