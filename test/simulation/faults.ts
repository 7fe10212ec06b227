import type { FaultKind } from './fault-kinds.ts';
import { identityKey } from '@suffrage/processor/decide';
import { BROKERS } from './fakes/fake-log.ts';
import type { Tables } from './fakes/tables.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

/** Lets the faults strike again and again until `untilMillis`; healing is the world's business. */
export function scheduleFaults(world: World, faults: ReadonlySet<FaultKind>, untilMillis: number): void {
  for (const kind of faults) {
    const strike = strikes[kind];
    if (!strike) continue;
    const random = world.random.fork(kind);
    const pause = random.between(1_500, 12_000);
    const next = () => {
      const wait = random.between(0, 2 * pause);
      if (world.elapsed() + wait >= untilMillis) return;
      world.scheduler.after(wait, () => {
        strike(world, random);
        next();
      });
    };
    next();
  }
}

type Strike = (world: World, random: Random) => void;

/** Faults without an entry are in the weather, or in the clocks of the machines. */
const strikes: { readonly [Kind in FaultKind]?: Strike } = {
  'ingestion killed': (world, random) => world.killIngestion(random.integer(0, world.plan.ingestions - 1)),
  'ingestion frozen': (world, random) => {
    const { machine } = random.pick(world.ingestions());
    world.note(`${machine.name} is frozen`);
    machine.freeze(random.between(100, 20_000));
  },
  'processor killed': (world, random) => world.killProcessor(random.integer(0, world.plan.processors - 1)),
  'processor stopped': (world, random) => world.stopProcessor(random.integer(0, world.plan.processors - 1)),
  'processor frozen': (world, random) => {
    const { machine } = random.pick(world.processors());
    const millis = random.pick([random.between(10, 3_000), random.between(10_000, 60_000)]);
    world.note(`${machine.name} is frozen for ${Math.round(millis)} ms`);
    machine.freeze(millis);
  },
  'broker killed': (world, random) => {
    const broker = random.integer(0, BROKERS - 1);
    world.note(`broker ${broker} is killed`);
    world.log.killBroker(broker);
    world.scheduler.after(random.between(500, 12_000), () => world.log.restartBroker(broker));
  },
  'log away': (world, random) => {
    world.note('all brokers are away');
    const millis = random.between(3_000, 20_000);
    for (const broker of Array.from({ length: BROKERS }).keys()) {
      world.log.killBroker(broker);
      world.scheduler.after(millis, () => world.log.restartBroker(broker));
    }
    // Whatever takes them away may take a process with it, when its votes have gone onto its disk.
    if (random.chance(0.5)) {
      const place = random.integer(0, world.plan.ingestions - 1);
      world.scheduler.after(random.between(2_500, millis + 2_000), () => world.killIngestion(place));
    }
  },
  'coordinator rebalances': world => {
    world.note('the group rebalances');
    world.group.rebalance();
  },
  'offsets deleted': world => {
    world.note('the offsets of the group are deleted');
    world.group.forgetOffsets();
  },
  'elections unreadable': (world, random) => world.elections.stop(random.between(500, 15_000)),
  'database crashes': (world, random) => {
    const database = random.pick(world.databases);
    world.note(`${database.name} crashes`);
    world.crashed();
    database.crash(random.between(10, 8_000));
  },
  'database sessions end': (world, random) => random.pick(world.databases).endSession(),
  'database restored': (world, random) => restoreLater(world, random),
  'database refuses votes': (world, random) => {
    const database = random.pick(world.databases);
    const refused = random.integer(0, 255);
    world.note(`${database.name} refuses some votes`);
    database.setTrigger(({ voteId }) => (voteId[0] ?? 0) % 4 === refused % 4);
    world.scheduler.after(random.between(1_000, 20_000), () => database.setTrigger(() => false));
  },
  'redis away': (world, random) => {
    world.note('Redis is away');
    world.redis.stop(random.between(100, 15_000));
  },
  'redis forgets': (world, random) => {
    if (random.chance(0.5)) world.redis.flush();
    else world.redis.evict();
  },
  'redis lies': (world, random) => {
    const { ballot, ballotKey, revision } = random.pick(world.plan.votes);
    const { election, voteId } = ballot.vote;
    world.redis.plant(identityKey({ electionId: election.definition.id, ballotKey, voteId, revision }));
  },
  'foreign records': (world, random) => world.appendForeign(random),
};

/** A backup now, and back to it a while later: a tail is lost that the log still has. */
function restoreLater(world: World, random: Random): void {
  const database = random.pick(world.databases);
  const backup: Tables = database.backup();
  const wait = random.between(50, 10_000);
  if (world.elapsed() + wait >= world.plan.activeMillis) return;
  world.scheduler.after(wait, () => {
    world.note(`${database.name} is restored to an earlier state`);
    database.restore(backup);
  });
}
