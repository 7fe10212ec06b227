import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { runKafkaTools } from '../floors/kafka-tools.ts';
import { CREATE_TABLE } from '../floors/ready-rows.ts';
import type { FloorLoad } from '../floors/floor-process.ts';
import { type Floor, startFloor } from '../floors/start-floor.ts';
import { type Pids, cpuMicros, perVote, round } from './processes.ts';
import { median } from './quantiles.ts';
import { type AuditFigures, CORES, onStage, type Run, type Stage } from './run.ts';
import { type Mode, recordOf } from './votes.ts';
import { BULK, MANY } from './grpc-senders.ts';
import type { Transport } from './senders.ts';
import { drained } from './watch.ts';
import { createTopic, serverPids } from './world.ts';

/** CPU microseconds for each vote, by component. */
type Costs = Readonly<Record<string, number>>;

/** Components, each against its floor. */
type Compared = {
  readonly ingestionRest: number;
  /** The best of the ways of many votes; the floor of each has no HTTP and gets votes as it does. */
  readonly ingestionGrpc: number;
  readonly ingestionGrpcStream: number;
  /** Up to 100 in a call. */
  readonly ingestionGrpcMany: number;
  /** Up to 1,000, collected for so long that only what a vote costs is of interest; the floor takes what is due at once, which is a call's votes up to 5,000 votes/s. */
  readonly ingestionGrpcBulk: number;
  readonly processor: number;
  readonly broker: number;
  readonly postgres: number;
  /** All server processes; its floor is the sum of the floors. */
  readonly wholePathRest: number;
};

export type Efficiency = {
  readonly mode: Mode;
  /** Unless one was asked for, that of about half load. */
  readonly rate: number;
  readonly seconds: number;
  readonly rounds: number;
  /** Medians over the rounds. */
  readonly cpuMicrosPerVote: Compared;
  readonly floors: Compared;
  /** floor ÷ measured, each taken right after the other: the median of the rounds' ratios. */
  readonly efficiency: Compared;
  /**
   * All rounds, in the order in which they were taken, with nothing taken off; `idle` is CPU microseconds a second
   * without load, `elapsed` how long a stretch took, microseconds for each vote.
   */
  readonly samples: readonly Costs[];
  readonly audit: AuditFigures;
};

/** What something costs, what it can cost at least, and the one by the other. */
type Against = { readonly measured: number; readonly floor: number; readonly efficiency: number };

/** Calls of one vote are measured end to end. */
const MEASURED: readonly Transport[] = ['rest', 'grpc-stream', 'grpc-many', 'grpc-bulk'];
/** Longer than in other cells: the floors are small programs, which are compiled long before the services are. */
const WARM_UP = { rate: 3_000, seconds: 10, duplicates: 0.75 };
/** Short, and many of them: neighbours of the machine make one stretch a third dearer than the next. */
const STRETCH_SECONDS = 2;
const PARTITIONS = 8;
/** A JVM that has not compiled its code yet costs several times as much. */
const BROKER_WARM_UP = { rate: 5_000, records: 30_000 };
const IDLE_SECONDS = 1;
const SETTLE_MILLIS = 500;
/** As often as the client looks which votes are due. */
const ONE_BY_ONE_MILLIS = 1;

/**
 * Whole path and floors in turn, at one rate, so that each sees the same machine: a round is REST through the services and
 * through the floor programs, then Kafka's own tools, then each way of gRPC (one stream, many in a call, up to 1,000 in a call) and its
 * floor: verification and sending without HTTP, with a processor and a client beside it that cost what they cost the services.
 */
export function measureEfficiency(
  run: Run,
  { mode, rounds, rate: asked }: { readonly mode: Mode; readonly rounds: number; readonly rate?: number },
): Promise<Efficiency> {
  return onStage(run, { mode, shape: { partitions: PARTITIONS, shards: 1 } }, async stage => {
    const floors = await startFloors(stage);
    try {
      await warmUp(stage, floors);
      const rate = asked ?? (await halfLoad(stage));
      const most = stage.votesLeft() / (MEASURED.length * rounds * rate);
      const load = { rate, seconds: Math.min(run.seconds, STRETCH_SECONDS, Math.floor(10 * most) / 10) };
      const samples: Costs[] = [];
      for (let done = 0; done < rounds; done += 1) {
        const idle = await measureIdle(stage);
        run.say(`  round ${done + 1} of ${rounds}, ${rate} votes/s for ${load.seconds} s`);
        const stretches = {
          rest: () => throughServices(stage, 'rest', load),
          floor: () => throughFloors(stage, floors, load),
          tools: () => throughKafkaTools(stage, load),
          stream: () => throughServices(stage, 'grpc-stream', load),
          'bare-stream': () => withoutHttp(stage, floors, load, ONE_BY_ONE_MILLIS),
          many: () => throughServices(stage, 'grpc-many', load),
          'bare-many': () => withoutHttp(stage, floors, load, MANY.millis),
          bulk: () => throughServices(stage, 'grpc-bulk', load),
          'bare-bulk': () => withoutHttp(stage, floors, load, BULK.millis),
        };
        samples.push({ ...named('idle', idle), ...(await inTurn(stretches, done % 2 === 1)) });
      }
      return { mode, ...load, rounds, samples, ...compare(samples) };
    } finally {
      for (const floor of Object.values(floors)) floor.stop();
    }
  });
}

/** One stretch after the other, backwards if asked: what gets dearer or cheaper within a round favours nobody. */
async function inTurn(
  stretches: Readonly<Record<string, () => Promise<Costs>>>,
  isBackwards: boolean,
): Promise<Costs> {
  const order = Object.entries(stretches);
  let costs: Costs = {};
  for (const [name, measure] of isBackwards ? order.toReversed() : order)
    costs = { ...costs, ...named(name, await measure()) };
  return costs;
}

const TRIAL = { rate: 2_000, seconds: 3 };
const SHARE_OF_CORES = 0.55;
const RATE_STEP = 100;

/** A rate at which the servers keep about half of all cores busy; less, because greater batches make votes cheaper. */
async function halfLoad(stage: Stage): Promise<number> {
  const costs = await throughServices(stage, 'rest', TRIAL);
  const micros = SERVERS.reduce((total, name) => total + (costs[name] ?? 0), 0);
  return RATE_STEP * Math.max(1, Math.round((SHARE_OF_CORES * CORES * 1e6) / micros / RATE_STEP));
}

/** Votes a second, and for how long. */
type Pace = { readonly rate: number; readonly seconds: number };

type Floors = {
  readonly ingestion: Floor;
  readonly processor: Floor;
  readonly bare: Floor;
  /** What keeps the other core busy beside `bare`: it counts its records, and is sent votes that come to nothing. */
  readonly bareProcessor: Floor;
  readonly server: Floor;
};

async function startFloors({ world, run, mode, votes }: Stage): Promise<Floors> {
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
  const bareSettings = { ...settings, topic: bareTopic };
  const [ingestion, processor, bare, bareProcessor, server] = await Promise.all([
    startFloor('ingestion', settings),
    startFloor('processor', { ...settings, databaseUrl, rows: votes.length }),
    startFloor('bare-ingestion', bareSettings),
    startFloor('processor', { ...bareSettings, databaseUrl, rows: votes.length }),
    startFloor('node-http', settings),
  ]);
  return { ingestion, processor, bare, bareProcessor, server };
}

async function warmUp(stage: Stage, floors: Floors): Promise<void> {
  const { rate, seconds } = WARM_UP;
  for (const transport of MEASURED) await stage.cast(transport, WARM_UP);
  await stage.castElsewhere(floors.ingestion.address, rate, seconds);
  await runBare(stage, floors, { rate, seconds, collectMillis: ONE_BY_ONE_MILLIS });
  await runTools(stage, await createToolsTopic(stage), BROKER_WARM_UP.rate, BROKER_WARM_UP.records);
}

/** The tool's consumer reads from the beginning, so each run has a topic of its own. */
function createToolsTopic({ world }: Stage): Promise<string> {
  return createTopic(world, `${world.name}.tools-${randomBytes(3).toString('hex')}`, PARTITIONS);
}

async function runTools({ run, votes }: Stage, topic: string, rate: number, records: number): Promise<void> {
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

/** What `work` costs for each of the votes that it says it handled, and how long it took. */
async function costOf(pids: Pids, work: () => Promise<number>): Promise<Costs> {
  await sleep(SETTLE_MILLIS);
  const begun = performance.now();
  const before = cpuMicros(pids);
  const votes = await work();
  const after = cpuMicros(pids);
  const elapsed = round(((performance.now() - begun) * 1000) / votes);
  return { ...perVote(before, after, votes), elapsed };
}

function throughServices({ world, client, cast }: Stage, transport: Transport, pace: Pace): Promise<Costs> {
  return costOf({ client: client.pid, ...world.pids }, async () => {
    const { accepted } = await cast(transport, { ...pace, duplicates: 0 });
    await drained(world);
    return accepted;
  });
}

function throughFloors(
  { client, castElsewhere, run }: Stage,
  { ingestion, processor }: Floors,
  { rate, seconds }: Pace,
) {
  const { infrastructure } = run;
  const pids = {
    client: client.pid,
    ingestion: ingestion.pid,
    processor: processor.pid,
    ...serverPids(infrastructure),
  };
  return costOf(pids, async () => {
    const before = await processor.done();
    const { accepted } = await castElsewhere(ingestion.address, rate, seconds);
    await processor.until(before + accepted);
    return accepted;
  });
}

async function throughKafkaTools(stage: Stage, { rate, seconds }: Pace): Promise<Costs> {
  const { broker = 0 } = serverPids(stage.run.infrastructure);
  const records = Math.round(rate * seconds);
  const topic = await createToolsTopic(stage);
  return costOf({ broker }, async () => {
    await runTools(stage, topic, rate, records);
    return records;
  });
}

function withoutHttp(stage: Stage, floors: Floors, pace: Pace, collectMillis: number): Promise<Costs> {
  return costOf({ ingestion: floors.bare.pid }, () => runBare(stage, floors, { ...pace, collectMillis }));
}

/** @returns how many votes it was. */
async function runBare({ castElsewhere }: Stage, floors: Floors, load: FloorLoad): Promise<number> {
  const { bare, bareProcessor, server } = floors;
  const before = await bareProcessor.done();
  await Promise.all([bare.run(load), castElsewhere(server.address, load.rate, load.seconds)]);
  const votes = Math.round(load.rate * load.seconds);
  await bareProcessor.until(before + votes);
  return votes;
}

const SERVERS = ['ingestion', 'processor', 'broker', 'postgres', 'redis', 'aggregator'];
const FLOORS = ['floor.ingestion', 'floor.processor', 'floor.postgres'];

type Comparison = Pick<Efficiency, 'cpuMicrosPerVote' | 'floors' | 'efficiency'>;
/** Of one round, micros for each vote. */
type Cost = (sample: Costs) => number;

function compare(samples: readonly Costs[]): Comparison {
  const cost = costsWithoutIdle(samples);
  const against = (measured: Cost, floor: Cost): Against => ({
    measured: round(median(samples.map(measured))),
    floor: round(median(samples.map(floor))),
    efficiency: threeDigits(median(samples.map(sample => floor(sample) / measured(sample)))),
  });
  // Kafka's tools start anew each time; where that costs more than the floor programs, which stay connected, these are the floor.
  const broker: Cost = sample => Math.min(cost('tools.broker')(sample), cost('floor.broker')(sample));
  const grpc = {
    ingestionGrpcStream: against(cost('stream.ingestion'), cost('bare-stream.ingestion')),
    ingestionGrpcMany: against(cost('many.ingestion'), cost('bare-many.ingestion')),
    ingestionGrpcBulk: against(cost('bulk.ingestion'), cost('bare-bulk.ingestion')),
  };
  const all: Readonly<Record<keyof Compared, Against>> = {
    ingestionRest: against(cost('rest.ingestion'), cost('floor.ingestion')),
    ingestionGrpc: Object.values(grpc).reduce((best, way) => (way.efficiency > best.efficiency ? way : best)),
    ...grpc,
    processor: against(cost('rest.processor'), cost('floor.processor')),
    broker: against(cost('rest.broker'), broker),
    postgres: against(cost('rest.postgres'), cost('floor.postgres')),
    wholePathRest: against(
      sum(SERVERS.map(name => cost(`rest.${name}`))),
      sum([...FLOORS.map(cost), broker]),
    ),
  };
  const each = (figure: keyof Against): Compared => ({
    ingestionRest: all.ingestionRest[figure],
    ingestionGrpc: all.ingestionGrpc[figure],
    ingestionGrpcStream: all.ingestionGrpcStream[figure],
    ingestionGrpcMany: all.ingestionGrpcMany[figure],
    ingestionGrpcBulk: all.ingestionGrpcBulk[figure],
    processor: all.processor[figure],
    broker: all.broker[figure],
    postgres: all.postgres[figure],
    wholePathRest: all.wholePathRest[figure],
  });
  return { cpuMicrosPerVote: each('measured'), floors: each('floor'), efficiency: each('efficiency') };
}

function sum(costs: readonly Cost[]): Cost {
  return sample => costs.reduce((total, cost) => total + cost(sample), 0);
}

/**
 * Costs by name such as `rest.broker`. Broker and PostgreSQL serve services and floors, so what they use without load is taken off
 * on both sides: the median of all rounds, because one reading of a JVM that compiles, or of a database that cleans up, can be
 * more than the load costs.
 */
function costsWithoutIdle(samples: readonly Costs[]): (name: string) => Cost {
  const idle = new Map(
    ['broker', 'postgres'].map(name => [name, median(samples.map(sample => sample[`idle.${name}`] ?? 0))]),
  );
  return name => {
    const [stretch = '', part = ''] = name.split('.');
    const idleMicros = idle.get(part) ?? 0;
    return sample => {
      const elapsedSeconds = (sample[`${stretch}.elapsed`] ?? 0) / 1e6;
      return (sample[name] ?? Number.NaN) - idleMicros * elapsedSeconds;
    };
  };
}

function threeDigits(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function named(prefix: string, costs: Costs): Costs {
  return Object.fromEntries(Object.entries(costs).map(([name, micros]) => [`${prefix}.${name}`, micros]));
}
