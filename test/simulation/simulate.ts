import { createHash } from 'node:crypto';
import { type Clients, createClients } from './client.ts';
import { chooseFaults, type FaultKind } from './fault-kinds.ts';
import { scheduleFaults } from './faults.ts';
import { type Evidence, type Failure, judge } from './judge.ts';
import { createLedger } from './ledger.ts';
import { createMachine } from './machine.ts';
import { type Mutant, NO_MUTANT } from './mutants.ts';
import { instant, makePlan, type PlannedElection, type PlannedVote } from './plan.ts';
import { createRandom } from './random.ts';
import { judgeRebuild } from './rebuild.ts';
import { createWorld, heal, type World } from './world.ts';

/** What became of one seed. */
export type Run = {
  readonly seed: number;
  readonly failures: readonly Failure[];
  /** What happened, in order, each with its virtual time. */
  readonly trace: readonly string[];
  readonly faults: readonly FaultKind[];
  readonly events: number;
  /** Processes and databases that were killed. */
  readonly crashes: number;
  readonly votes: number;
  readonly acknowledged: number;
  readonly records: number;
  /** Equal for equal runs. */
  readonly digest: string;
};

const CAST_DEADLINE_MILLIS = 60_000;
const RECAST_DEADLINE_MILLIS = 120_000;
/** INV-11: how long after the repair everything may take, with frozen processes, sessions and requeues to wait for. */
const RECOVERY_MILLIS = 240_000;
const LOOK_MILLIS = 500;

/** What is left when one seed has come to rest. */
export type Played = {
  readonly world: World;
  readonly faults: ReadonlySet<FaultKind>;
  readonly evidence: Evidence;
  /** What went wrong on the way, and what did not come to rest. */
  readonly failures: readonly Failure[];
};

/**
 * Runs one seed to its end: votes are cast while things break, then everything is repaired, and then all invariants must
 * hold. The seed decides everything; the same seed gives the same run.
 */
export async function simulate(seed: number, mutant: Mutant = NO_MUTANT): Promise<Run> {
  const played = await play(seed, mutant);
  const { plan, log, book, databases } = played.evidence;
  const tables = databases.map(database => database.tables);
  const rebuilt =
    played.failures.length > 0
      ? []
      : await judgeRebuild(plan, log, book, tables, createRandom(seed, 'rebuild'));
  return report(seed, played, [...played.failures, ...judge(played.evidence), ...rebuilt]);
}

/** Runs a seed without judging it. */
export async function play(seed: number, mutant: Mutant = NO_MUTANT): Promise<Played> {
  const random = createRandom(seed);
  const plan = makePlan(random.fork('plan'));
  const faults = chooseFaults(random.fork('faults'), mutant);
  const world = createWorld(plan, random, faults, mutant);
  const ledger = createLedger();
  const clients = createClients({ ...world, random: random.fork('clients'), ledger });
  const unhandled: Failure[] = [];
  const onUnhandled = (error: unknown) =>
    void unhandled.push({ invariant: 'INV-11', message: `a fault that nobody handles: ${String(error)}` });
  process.on('unhandledRejection', onUnhandled);
  try {
    const failures = await world.scheduler.run(live(world, clients, faults));
    const databases = world.databases.map(({ name, tables }) => ({ name, tables: tables() }));
    const book = world.elections.readAll();
    const evidence = { plan, log: world.log, book, databases, ledger, endedAt: world.scheduler.now() };
    return { world, faults, evidence, failures: [...unhandled, ...failures] };
  } finally {
    process.off('unhandledRejection', onUnhandled);
  }
}

async function live(world: World, clients: Clients, faults: ReadonlySet<FaultKind>): Promise<Failure[]> {
  const { plan, scheduler } = world;
  world.elections.publish({ kind: 'topology', shards: plan.shards });
  for (const election of plan.elections) publishInTime(world, election);
  const unknown = new Set<PlannedVote>();
  const casts = plan.votes.flatMap(vote =>
    vote.castAfter.map(after => castOne(world, clients, vote, after, unknown)),
  );
  scheduleFaults(world, faults, plan.activeMillis);
  await scheduler.sleep(plan.activeMillis);
  heal(world);
  await Promise.all(casts);
  const persistent = [...unknown].filter(({ isPersistent }) => isPersistent);
  const recasts = await Promise.all(persistent.map(vote => recast(world, clients, vote)));
  return [...recasts.flat(), ...(await recover(world))];
}

function publishInTime(
  { elections, scheduler }: World,
  { definition, publishAfter, move }: PlannedElection,
): void {
  const publish = (version: number, closesAt: string, announceBy?: string) =>
    elections.publish({
      kind: 'election',
      version,
      ...(announceBy === undefined ? {} : { announceBy }),
      definition: { ...definition, closesAt },
    });
  scheduler.after(publishAfter, () => publish(1, definition.closesAt));
  if (!move) return;
  const closesAt = instant(move.closesAfter);
  // As the registrar's `planAnnouncement`: an earlier closing 20 s before it, a later one before the known one.
  const isEarlier = closesAt < definition.closesAt;
  const announceBy = isEarlier ? instant(move.closesAfter - 20_000) : definition.closesAt;
  scheduler.after(move.announceAfter, () => publish(2, closesAt, announceBy));
}

/** One device of a voter. It may be switched off at any time; then nobody knows what has become of its vote. */
async function castOne(
  { scheduler, random }: World,
  clients: Clients,
  vote: PlannedVote,
  after: number,
  unknown: Set<PlannedVote>,
): Promise<void> {
  await scheduler.sleep(after);
  const chance = random.fork(`device ${vote.ballot.vote.voteIdText} ${after}`);
  const machine = createMachine(scheduler, 'device');
  const switchedOff = new Promise<void>(resolve => machine.onDeath(resolve));
  if (chance.chance(0.05)) scheduler.after(chance.between(0, 5_000), machine.kill);
  const cast = clients.cast(machine, vote, CAST_DEADLINE_MILLIS);
  const result = await Promise.race([cast, switchedOff]);
  if (result === undefined || result.status === 'unknown') unknown.add(vote);
}

/**
 * INV-6: sending a vote again whose outcome is unknown gives one. A final refusal leaves it open what has become of
 * earlier attempts: that may only be said of votes that come too late, or have no token.
 */
async function recast(world: World, clients: Clients, vote: PlannedVote): Promise<Failure[]> {
  const machine = createMachine(world.scheduler, 'device');
  const result = await clients.cast(machine, vote, RECAST_DEADLINE_MILLIS);
  const closes = world.elections.readAll().find(vote.ballot.vote.election.definition.id)?.closesAt ?? 0;
  const isRefused = !vote.isGenuine || world.scheduler.now() >= closes;
  if (result.status !== 'unknown' || isRefused) return [];
  return [
    { invariant: 'INV-6', message: 'a vote that was sent again after the repair got no certain answer' },
  ];
}

/** INV-11: everything on the log is accounted for and counted, with no manual step. */
async function recover(world: World): Promise<Failure[]> {
  for (let waited = 0; waited < RECOVERY_MILLIS; waited += LOOK_MILLIS) {
    if (lagOf(world) === undefined) return deadlocksOf(world);
    await world.scheduler.sleep(LOOK_MILLIS);
  }
  return [...deadlocksOf(world), { invariant: 'INV-11', message: lagOf(world) ?? '' }];
}

function deadlocksOf({ deadlocks }: World): Failure[] {
  return deadlocks.map(row => ({
    invariant: 'INV-11',
    message: `two partitions waited for each other at ${row}`,
  }));
}

function lagOf({ log, plan, databases, disks }: World): string | undefined {
  for (let partition = 0; partition < log.partitions; partition += 1) {
    const database = databases[(partition % plan.shards) % databases.length];
    const progress = database?.tables().progress.values() ?? [];
    const next = [...progress].find(row => row.partition === partition)?.nextOffset ?? 0n;
    if (next < BigInt(log.end(partition)))
      return `partition ${partition} stands at offset ${next} of ${log.end(partition)}`;
  }
  const refused = databases.flatMap(({ tables }) =>
    [...tables().outcomes.values()].filter(({ code }) => code === 'database-refused'),
  );
  if (refused.length > 0) return `${refused.length} votes are still set aside`;
  const full = disks.find(disk => disk.heldVotes() > 0);
  return full && `${full.heldVotes()} votes are still held on ${full.name}`;
}

function report(seed: number, { world, faults, evidence }: Played, failures: readonly Failure[]): Run {
  const { log, plan, scheduler, counters, trace } = world;
  const records = Array.from({ length: log.partitions }, (_, p) => log.end(p)).reduce((sum, n) => sum + n, 0);
  const acknowledged = evidence.ledger.acknowledged.length;
  const about = { events: scheduler.events(), crashes: counters.crashes, acknowledged, records };
  return {
    seed,
    failures,
    trace,
    faults: [...faults],
    ...about,
    votes: plan.votes.length,
    digest: digestOf([...trace, JSON.stringify(about), JSON.stringify(failures), contentOf(world)]),
  };
}

function contentOf({ log, databases }: World): string {
  const hash = createHash('sha256');
  for (let partition = 0; partition < log.partitions; partition += 1) {
    for (const { value, timestamp } of log.records(partition))
      hash.update(`${timestamp}`).update(value ?? '');
  }
  for (const { tables } of databases) for (const key of tables().votes.keys()) hash.update(key);
  return hash.digest('hex');
}

function digestOf(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
}
