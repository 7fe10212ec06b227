import type { ElectionBook } from '@suffrage/contracts/election-book';
import { shardOfPartition } from '@suffrage/contracts/shards';
import { createProcessorMetrics } from '@suffrage/processor/metrics';
import { createVoteStore } from '@suffrage/processor/vote-store';
import { takePartition } from '@suffrage/processor/worker';
import { createLog } from '@suffrage/runtime/log';
import { createFakeDatabase } from './fakes/fake-database.ts';
import { createFakeRedis } from './fakes/fake-hints.ts';
import type { FakeLog } from './fakes/fake-log.ts';
import type { Tables } from './fakes/tables.ts';
import { type Failure, tallyRows } from './judge.ts';
import { createMachine } from './machine.ts';
import { checkToken, type Plan, STARTS_AT, TOPIC } from './plan.ts';
import type { Random } from './random.ts';
import { createScheduler } from './scheduler.ts';
import { CALM } from './weather.ts';

const metrics = createProcessorMetrics();
const quiet = createLog('simulation', 'simulation', 'silent');

/**
 * INV-13: counts the whole log again, from nothing, in one calm process and in another order of partitions and batches,
 * and compares the totals with the running ones.
 */
export async function judgeRebuild(
  plan: Plan,
  log: FakeLog,
  book: ElectionBook,
  databases: readonly Tables[],
  random: Random,
): Promise<Failure[]> {
  const scheduler = createScheduler(STARTS_AT);
  const machine = createMachine(scheduler, 'rebuild');
  const rebuilt = databases.map((_, place) =>
    createFakeDatabase({
      name: `database-${place}`,
      scheduler,
      random,
      weather: { ...CALM },
      onDeadlock: () => undefined,
    }),
  );
  const hints = createFakeRedis(scheduler, random, { ...CALM }).connect(machine);
  const stores = rebuilt.map(database => createVoteStore(database.connect(machine), book.find));
  const nothing = () => Promise.resolve();

  const replay = async (partition: number) => {
    const store = stores[shardOfPartition(partition, plan.shards) % stores.length];
    if (!store) throw new RangeError('there is no database for this shard');
    const context = {
      find: book.find,
      ensureElections: nothing,
      readElectionsToEnd: nothing,
      checkToken,
      hints,
      store,
      shards: plan.shards,
      metrics,
      clock: scheduler.now,
      log: quiet,
    };
    const worker = await takePartition({
      topic: TOPIC,
      partition,
      context,
      metrics,
      log: quiet,
      sleep: machine.sleep,
    });
    const records = log.records(partition).map((record, offset) => ({ ...record, offset: BigInt(offset) }));
    for (let from = 0; from < records.length; ) {
      const to = from + random.integer(1, 40);
      await worker.work(records.slice(from, to), { heartbeat: nothing, isCurrent: () => true });
      from = to;
    }
  };
  const replayAll = async () => {
    const partitions = Array.from({ length: plan.partitions }, (_, partition) => partition);
    for (const partition of random.shuffled(partitions)) await replay(partition);
  };
  await scheduler.run(replayAll());
  return databases.flatMap((running, place) => {
    const again = rebuilt[place]?.tables();
    return again && totalsOf(again) !== totalsOf(running)
      ? [
          {
            invariant: 'INV-13',
            message: `database-${place}: totals rebuilt from nothing are not the running ones`,
          },
        ]
      : [];
  });
}

/** What must not depend on order: which votes are counted, and the sums. */
function totalsOf(tables: Tables): string {
  const votes = [...tables.votes].map(
    ([key, { revision, voteId }]) => `${key} ${revision} ${Buffer.from(voteId).toString('hex')}`,
  );
  return JSON.stringify([votes.toSorted(), tallyRows(tables).filter(row => row.votes !== 0)]);
}
