import { shardOfPartition } from '@suffrage/contracts/shards';
import { consumeVotes, type Owned } from '@suffrage/processor/consume';
import { createProcessorMetrics } from '@suffrage/processor/metrics';
import type { BatchContext } from '@suffrage/processor/process-batch';
import { requeueRefused } from '@suffrage/processor/requeue';
import { createVoteStore } from '@suffrage/processor/vote-store';
import { createLifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import { keepTrying, repeatEvery } from '@suffrage/runtime/wait';
import { createFakeConsumer } from './fakes/fake-consumer.ts';
import type { FakeDatabase } from './fakes/fake-database.ts';
import type { FakeElections } from './fakes/fake-elections.ts';
import type { FakeGroup } from './fakes/fake-group.ts';
import type { FakeRedis } from './fakes/fake-hints.ts';
import type { FakeLog } from './fakes/fake-log.ts';
import type { Machine } from './machine.ts';
import type { Mutant } from './mutants.ts';
import { checkToken, TOPIC } from './plan.ts';

export type ProcessorProcess = {
  readonly machine: Machine;
  /** As on SIGTERM. */
  stop(): Promise<void>;
};

type Options = {
  readonly machine: Machine;
  readonly elections: FakeElections;
  readonly log: FakeLog;
  readonly group: FakeGroup;
  readonly databases: readonly FakeDatabase[];
  readonly redis: FakeRedis;
  readonly concurrentPartitions: number;
  readonly mutant: Mutant;
  readonly quiet: Log;
};

export const processorMetrics = createProcessorMetrics();
// As in `app.ts`.
const REQUEUE_MILLIS = 30_000;
const ELECTIONS_MAX_AGE_MILLIS = 10_000;

/** The processor as its `app.ts` builds it, without metrics server and quarantine relay. */
export function startProcessor(options: Options): ProcessorProcess {
  const { machine, quiet } = options;
  const lifecycle = createLifecycle(quiet);
  // It starts in the background: in the meantime it may be killed like at any other time.
  const starting = start(options, lifecycle);
  starting.catch(() => undefined);
  return {
    machine,
    async stop() {
      await starting;
      await lifecycle.close();
      machine.kill();
    },
  };
}

async function start(options: Options, lifecycle: ReturnType<typeof createLifecycle>): Promise<Owned> {
  const { machine, elections: topic, log, group, databases, redis, mutant, quiet } = options;
  const { clock, sleep } = machine;
  const elections = topic.follow(machine);
  const { book } = elections;
  const shards = await keepTrying(
    'topology',
    quiet,
    async () => {
      await elections.readToEnd();
      const found = book.topology();
      if (!found) throw new Error('no topology');
      return found.shards;
    },
    undefined,
    sleep,
  );
  const hints = redis.connect(machine);
  const stores = databases.map(database => {
    const connected = database.connect(machine);
    const store = createVoteStore(mutant.database?.(connected) ?? connected, book.find);
    return mutant.store?.(store, { hints, group, database, topic: TOPIC, machine }) ?? store;
  });
  const shared = {
    find: book.find,
    readElectionsToEnd: elections.readToEnd,
    ensureElections: async () => {
      if (clock() - elections.completeAsOf() > ELECTIONS_MAX_AGE_MILLIS) await elections.readToEnd();
    },
    checkToken,
    hints,
    shards,
    metrics: processorMetrics,
    clock,
    log: quiet,
  };
  const contextOf = (partition: number): BatchContext => {
    const store = stores[shardOfPartition(partition, shards) % stores.length];
    if (!store) throw new Error('there is no database for this shard');
    return { ...shared, store };
  };
  const owned = await consumeVotes(
    {
      kafka: { consumer: config => createFakeConsumer({ machine, log, group, config }) },
      topic: TOPIC,
      groupId: 'processor',
      concurrentPartitions: options.concurrentPartitions,
      contextOf,
      metrics: processorMetrics,
      log: quiet,
      sleep,
    },
    lifecycle,
  );
  const requeue = () => requeueRefused({ topic: TOPIC, owned, contextOf, log: quiet });
  lifecycle.onClose('requeue', repeatEvery(REQUEUE_MILLIS, requeue, sleep));
  return owned;
}
