import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { runKafkaTools } from '../floors/kafka-tools.ts';
import { CREATE_TABLE } from '../floors/ready-rows.ts';
import { type Floor, startFloor } from '../floors/start-floor.ts';
import { type Pids, cpuMicros, round } from './processes.ts';
import { median } from './quantiles.ts';
import { type AuditFigures, onStage, type Run, type Stage } from './run.ts';
import { type Mode, recordOf } from './votes.ts';
import type { Transport } from './senders.ts';
import { drained } from './watch.ts';
import { createTopic, serverPids } from './world.ts';

/** CPU microseconds for each vote, by component. */
type Costs = Readonly<Record<string, number>>;

/** Components, each against its floor. */
type Compared = {
  readonly ingestionRest: number;
  /** Votes in a stream; its floor has no HTTP. */
  readonly ingestionGrpc: number;
  readonly processor: number;
  readonly broker: number;
  readonly postgres: number;
  /** All server processes; its floor is the sum of the floors. */
  readonly wholePathRest: number;
};

export type Efficiency = {
  readonly mode: Mode;
  readonly rate: number;
  readonly rounds: number;
  /** Medians over the rounds. */
  readonly cpuMicrosPerVote: Compared;
  readonly floors: Compared;
  /** floor ÷ measured. */
  readonly efficiency: Compared;
  /** All rounds, in the order in which they were taken; `idle` is CPU microseconds a second without load. */
  readonly samples: readonly Costs[];
  readonly audit: AuditFigures;
};

const PARTITIONS = 8;
const WARM_UP = { rate: 500, seconds: 6 };
/** A JVM that has not compiled its code yet costs several times as much. */
const BROKER_WARM_UP = { rate: 5_000, records: 30_000 };
const IDLE_SECONDS = 2;
const SETTLE_MILLIS = 700;

/**
 * Whole path and floors in turn, at one rate, so that each sees the same machine: a round is REST and gRPC (calls, and one stream) through the
 * services, then REST through the floor programs, then Kafka's own tools, then verification and sending without HTTP.
 */
export function measureEfficiency(
  run: Run,
  { mode, rate, rounds }: { readonly mode: Mode; readonly rate: number; readonly rounds: number },
): Promise<Efficiency> {
  return onStage(run, { mode, shape: { partitions: PARTITIONS, shards: 1 } }, async stage => {
    const floors = await startFloors(
      stage,
      rate * run.seconds * (rounds + 1) + WARM_UP.rate * WARM_UP.seconds,
    );
    try {
      await warmUp(stage, floors);
      const samples: Costs[] = [];
      for (let done = 0; done < rounds; done += 1) {
        const idle = await measureIdle(stage);
        run.say(`  round ${done + 1} of ${rounds}, ${rate} votes/s`);
        samples.push({
          ...named('rest', await throughServices(stage, 'rest', rate, idle)),
          ...named('unary', await throughServices(stage, 'grpc-unary', rate, idle)),
          ...named('grpc', await throughServices(stage, 'grpc-stream', rate, idle)),
          ...named('floor', await throughFloors(stage, floors, rate, idle)),
          ...named('tools', await throughKafkaTools(stage, rate, idle)),
          ...named('bare', await withoutHttp(stage, floors, rate)),
          ...named('idle', idle),
        });
      }
      return { mode, rate, rounds, samples, ...compare(samples) };
    } finally {
      for (const floor of Object.values(floors)) floor.stop();
    }
  });
}

type Floors = { readonly ingestion: Floor; readonly bare: Floor; readonly processor: Floor };

async function startFloors({ world, run, mode }: Stage, rows: number): Promise<Floors> {
  const topic = await createTopic(world, `${world.name}.floor`, PARTITIONS);
  const bareTopic = await createTopic(world, `${world.name}.bare`, PARTITIONS);
  await world.pool.query(CREATE_TABLE);
  await world.pool.query('grant all on floor_votes to public');
  const { databaseUrl } = world;
  const settings = {
    brokers: world.infrastructure.kafka.addresses,
    topic,
    partitions: PARTITIONS,
    source: run.source(mode),
  };
  const [ingestion, bare, processor] = await Promise.all([
    startFloor('ingestion', settings),
    startFloor('bare-ingestion', { ...settings, topic: bareTopic }),
    startFloor('processor', { ...settings, databaseUrl, rows: Math.ceil(rows * 1.1) }),
  ]);
  return { ingestion, bare, processor };
}

async function warmUp(stage: Stage, floors: Floors): Promise<void> {
  const { rate, seconds } = WARM_UP;
  for (const transport of ['rest', 'grpc-unary', 'grpc-stream'] as const)
    await stage.cast(transport, { rate, seconds, duplicates: 0 });
  await stage.castElsewhere(floors.ingestion.address, rate, seconds);
  await floors.bare.run({ rate, seconds: seconds / 2 });
  await runTools(stage, BROKER_WARM_UP.rate, BROKER_WARM_UP.records);
}

/** On a topic of its own, from whose beginning the tool's consumer reads. */
async function runTools({ world, run, votes }: Stage, rate: number, records: number): Promise<void> {
  const topic = await createTopic(world, `${world.name}.tools-${randomBytes(3).toString('hex')}`, PARTITIONS);
  const { bootstrap } = run.infrastructure.kafka;
  await runKafkaTools({ bootstrap, topic, records, size: recordOf(votes, 0).length, rate });
}

async function measureIdle({ world, client }: Stage): Promise<Costs> {
  const pids = { client: client.pid, ...world.pids };
  await drained(world);
  const before = cpuMicros(pids);
  await sleep(IDLE_SECONDS * 1000);
  const after = cpuMicros(pids);
  return Object.fromEntries(
    Object.keys(pids).map(name => [
      name,
      Math.round(((after[name] ?? 0) - (before[name] ?? 0)) / IDLE_SECONDS),
    ]),
  );
}

/** What `work` costs for each of the votes that it says it handled, less what the servers use anyway. */
async function costOf(pids: Pids, work: () => Promise<number>, idle: Costs = {}): Promise<Costs> {
  await sleep(SETTLE_MILLIS);
  const begun = performance.now();
  const before = cpuMicros(pids);
  const votes = await work();
  const after = cpuMicros(pids);
  const seconds = (performance.now() - begun) / 1000;
  return Object.fromEntries(
    Object.keys(pids).map(name => {
      const used = (after[name] ?? 0) - (before[name] ?? 0) - (idle[name] ?? 0) * seconds;
      return [name, round(used / votes)];
    }),
  );
}

function throughServices(
  { world, client, cast, run }: Stage,
  transport: Transport,
  rate: number,
  idle: Costs,
): Promise<Costs> {
  return costOf(
    { client: client.pid, ...world.pids },
    async () => {
      const { accepted } = await cast(transport, { rate, seconds: run.seconds, duplicates: 0 });
      await drained(world);
      return accepted;
    },
    serversOf(idle),
  );
}

/** What is shared by all that runs at the same time uses something without load; it is taken off on both sides. */
function serversOf({ broker = 0, postgres = 0 }: Costs): Costs {
  return { broker, postgres };
}

function throughFloors(
  { client, castElsewhere, run }: Stage,
  { ingestion, processor }: Floors,
  rate: number,
  idle: Costs,
) {
  const { infrastructure } = run;
  const pids = {
    client: client.pid,
    ingestion: ingestion.pid,
    processor: processor.pid,
    ...serverPids(infrastructure),
  };
  return costOf(
    pids,
    async () => {
      const before = await processor.done();
      const { accepted } = await castElsewhere(ingestion.address, rate, run.seconds);
      await processor.until(before + accepted);
      return accepted;
    },
    serversOf(idle),
  );
}

function throughKafkaTools(stage: Stage, rate: number, idle: Costs): Promise<Costs> {
  const { broker = 0 } = serverPids(stage.run.infrastructure);
  const records = Math.round(rate * stage.run.seconds);
  return costOf(
    { broker },
    async () => {
      await runTools(stage, rate, records);
      return records;
    },
    serversOf(idle),
  );
}

function withoutHttp({ run }: Stage, { bare }: Floors, rate: number) {
  return costOf({ ingestion: bare.pid }, async () => {
    const before = await bare.done();
    await bare.run({ rate, seconds: run.seconds });
    const votes = Math.round(rate * run.seconds);
    await bare.until(before + votes);
    return votes;
  });
}

const SERVERS = ['ingestion', 'processor', 'broker', 'postgres', 'redis', 'aggregator'];

function compare(samples: readonly Costs[]): Pick<Efficiency, 'cpuMicrosPerVote' | 'floors' | 'efficiency'> {
  const typical = (name: string) => round(median(samples.map(sample => sample[name] ?? Number.NaN)));
  const sumOf = (prefix: string) => SERVERS.reduce((sum, name) => sum + typical(`${prefix}.${name}`), 0);
  const cpuMicrosPerVote = {
    ingestionRest: typical('rest.ingestion'),
    ingestionGrpc: typical('grpc.ingestion'),
    processor: typical('rest.processor'),
    broker: typical('rest.broker'),
    postgres: typical('rest.postgres'),
    wholePathRest: round(sumOf('rest')),
  };
  const floors = {
    ingestionRest: typical('floor.ingestion'),
    ingestionGrpc: typical('bare.ingestion'),
    processor: typical('floor.processor'),
    broker: typical('tools.broker'),
    postgres: typical('floor.postgres'),
  };
  const least = floors.ingestionRest + floors.processor + floors.broker + floors.postgres;
  const all = { ...floors, wholePathRest: round(least) };
  const share = (name: keyof typeof all) => Math.round((all[name] / cpuMicrosPerVote[name]) * 1000) / 1000;
  const efficiency = {
    ingestionRest: share('ingestionRest'),
    ingestionGrpc: share('ingestionGrpc'),
    processor: share('processor'),
    broker: share('broker'),
    postgres: share('postgres'),
    wholePathRest: share('wholePathRest'),
  };
  return { cpuMicrosPerVote, floors: all, efficiency };
}

function named(prefix: string, costs: Costs): Costs {
  return Object.fromEntries(Object.entries(costs).map(([name, micros]) => [`${prefix}.${name}`, micros]));
}
