import { partitionsOfShard, shardOf } from '@suffrage/contracts/shards';
import { encodeVoteRecord } from '@suffrage/contracts/vote';
import { createLog, type Log } from '@suffrage/runtime/log';
import { createFakeDatabase, type FakeDatabase } from './fakes/fake-database.ts';
import { createFakeDisk, type FakeDisk } from './fakes/fake-disk.ts';
import { createFakeElections, type FakeElections } from './fakes/fake-elections.ts';
import { createFakeGroup, type FakeGroup } from './fakes/fake-group.ts';
import { createFakeRedis, type FakeRedis } from './fakes/fake-hints.ts';
import { createFakeLog, type FakeLog } from './fakes/fake-log.ts';
import { type FaultKind, weatherOf } from './fault-kinds.ts';
import { type IngestionProcess, startIngestion } from './ingestion-process.ts';
import { createMachine, type Machine } from './machine.ts';
import type { Mutant } from './mutants.ts';
import { type Plan, STARTS_AT, toVote } from './plan.ts';
import { type ProcessorProcess, startProcessor } from './processor-process.ts';
import type { Random } from './random.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';
import { CALM, type Weather } from './weather.ts';

/** The whole installation of one seed. */
export type World = {
  readonly plan: Plan;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly weather: Weather;
  readonly log: FakeLog;
  readonly group: FakeGroup;
  readonly elections: FakeElections;
  readonly databases: readonly FakeDatabase[];
  readonly redis: FakeRedis;
  /** One for each ingestion process, where they have local queues. */
  readonly disks: readonly FakeDisk[];
  readonly ingestions: () => readonly IngestionProcess[];
  readonly processors: () => readonly ProcessorProcess[];
  /** Kills a process; the next one of that name starts a little later. */
  killIngestion(place: number): void;
  killProcessor(place: number): void;
  /** Ends a processor as SIGTERM does. */
  stopProcessor(place: number): void;
  /** A record that no ingestion would append, or a copy of a vote. */
  appendForeign(random: Random): void;
  crashed(): void;
  note(what: string): void;
  /** Milliseconds since the start. */
  elapsed(): number;
  readonly trace: readonly string[];
  readonly deadlocks: readonly string[];
  readonly counters: { crashes: number };
};

const STOP_GRACE_MILLIS = 30_000;

// Nothing that is logged can be told apart from what a trace says already.
const quiet: Log = createLog('simulation', 'simulation', 'silent');

export function createWorld(
  plan: Plan,
  random: Random,
  faults: ReadonlySet<FaultKind>,
  mutant: Mutant,
): World {
  const scheduler = createScheduler(STARTS_AT);
  const weather: Weather = weatherOf(random.fork('weather'), faults);
  const trace: string[] = [];
  const deadlocks: string[] = [];
  const counters = { crashes: 0 };
  const elapsed = () => scheduler.now() - STARTS_AT;
  const note = (what: string) => void trace.push(`${(elapsed() / 1000).toFixed(3)} s  ${what}`);

  const log = createFakeLog({ scheduler, random: random.fork('log'), weather, ...plan });
  const group = createFakeGroup(scheduler, random.fork('group'), plan.partitions);
  const elections = createFakeElections(scheduler, random.fork('elections'));
  const redis = createFakeRedis(scheduler, random.fork('redis'), weather);
  const databases = Array.from({ length: plan.databases }, (_, place) => {
    const name = `database-${place}`;
    const onDeadlock = (row: string) => deadlocks.push(row);
    return createFakeDatabase({ name, scheduler, random: random.fork(name), weather, onDeadlock });
  });

  const { queueBytes } = plan;
  const disks = Array.from({ length: queueBytes === undefined ? 0 : plan.ingestions }, (_, place) => {
    const name = `disk-${place}`;
    return createFakeDisk({ name, scheduler, random: random.fork(name), weather });
  });

  const clocks = random.fork('clocks');
  const boot = (name: string): Machine => {
    note(`${name} starts`);
    // The brokers take what is up to 5 s ahead and 15 s behind.
    return createMachine(scheduler, name, faults.has('clocks wrong') ? clocks.between(-4_500, 4_500) : 0);
  };
  const bootIngestion = (place: number) => {
    const machine = boot(`ingestion-${place}`);
    const disk = disks[place];
    return startIngestion({
      machine,
      elections,
      log,
      random: random.fork(machine.name),
      mutant,
      quiet,
      ...(disk && queueBytes !== undefined ? { local: { disk, maxBytes: queueBytes } } : {}),
    });
  };
  const bootProcessor = (place: number) => {
    const machine = boot(`processor-${place}`);
    const { concurrentPartitions } = plan;
    return startProcessor({
      machine,
      elections,
      log,
      group,
      databases,
      redis,
      concurrentPartitions,
      mutant,
      quiet,
    });
  };
  const restarts = random.fork('restarts');
  /** Whatever ends a process, the next one of its name starts a little later. */
  const keepRunning = <P extends { readonly machine: Machine }>(
    all: P[],
    place: number,
    bootOne: (place: number) => P,
  ) => {
    const started = bootOne(place);
    all[place] = started;
    started.machine.onDeath(() =>
      scheduler.after(restarts.between(50, 4_000), () => keepRunning(all, place, bootOne)),
    );
  };
  const ingestions: IngestionProcess[] = [];
  for (let place = 0; place < plan.ingestions; place += 1) keepRunning(ingestions, place, bootIngestion);
  const processors: ProcessorProcess[] = [];
  for (let place = 0; place < plan.processors; place += 1) keepRunning(processors, place, bootProcessor);
  const kill = (machine: Machine | undefined) => {
    if (!machine?.isUp()) return;
    note(`${machine.name} is killed`);
    counters.crashes += 1;
    machine.kill();
  };

  return {
    plan,
    scheduler,
    random,
    weather,
    log,
    group,
    elections,
    databases,
    redis,
    disks,
    ingestions: () => ingestions,
    processors: () => processors,
    killIngestion: place => kill(ingestions[place]?.machine),
    killProcessor: place => kill(processors[place]?.machine),
    stopProcessor(place) {
      const current = processors[place];
      if (!current?.machine.isUp()) return;
      note(`${current.machine.name} is told to stop`);
      void current.stop();
      // As Kubernetes does with whoever does not stop in time.
      scheduler.after(STOP_GRACE_MILLIS, () => current.machine.kill());
    },
    appendForeign: chance => {
      const known = plan.elections.filter(({ publishAfter }) => publishAfter < elapsed());
      const votes = plan.votes.filter(({ ballot }) =>
        known.some(({ definition }) => definition.id === ballot.vote.election.definition.id),
      );
      if (votes.length > 0) appendForeign(log, { ...plan, votes }, chance, scheduler.now(), note);
    },
    crashed: () => {
      counters.crashes += 1;
    },
    note,
    elapsed,
    trace,
    deadlocks,
    counters,
  };
}

/** Everything is repaired: nothing fails from here on, and what was killed starts again. */
export function heal(world: World): void {
  world.note('everything is repaired');
  Object.assign(world.weather, CALM);
  for (const broker of [0, 1, 2]) world.log.restartBroker(broker);
  for (const database of world.databases) database.setTrigger(() => false);
}

function appendForeign(
  log: FakeLog,
  plan: Plan,
  random: Random,
  now: number,
  note: (what: string) => void,
): void {
  const timestamp = Math.floor(now);
  const kind = random.pick([
    'unreadable',
    'nothing',
    'unknown election',
    'too early',
    'bad token',
    'copy',
  ] as const);
  const anywhere = random.integer(0, plan.partitions - 1);
  note(`somebody appends a record: ${kind}`);
  if (kind === 'unreadable') return void log.store(anywhere, [{ value: random.bytes(20), timestamp }]);
  if (kind === 'nothing') return void log.store(anywhere, [{ value: null, timestamp }]);
  const planned = random.pick(plan.votes);
  const vote = { ...toVote(planned) };
  if (kind === 'unknown election') vote.electionId = 'no-such-election';
  if (kind === 'bad token') vote.tokenKeyId = new Uint8Array(32);
  const own = partitionsOfShard(shardOf(planned.ballotKey, plan.shards), plan.shards, plan.partitions);
  const early = planned.ballot.vote.election.opensAt - random.integer(1, 1_000);
  const record = {
    value: encodeVoteRecord(vote, 'foreign'),
    timestamp: kind === 'too early' ? early : timestamp,
  };
  log.store(random.pick(own), [record]);
}
