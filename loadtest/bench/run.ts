import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { audit } from '@suffrage/audit/audit';
import type { Infrastructure } from '@suffrage/stack/infrastructure';
import { type Client, startClient } from './cast.ts';
import type { Order } from './client.ts';
import type { Load, LoadResult } from './open-loop.ts';
import type { Transport } from './senders.ts';
import { type Mode, readVotes, type VoteSet, type VotesSource } from './votes.ts';
import { type Environment, openWorld, publishElection, type Shape, type World } from './world.ts';

/** What all cells of one run share. */
export type Run = {
  readonly infrastructure: Infrastructure;
  readonly source: (mode: Mode) => VotesSource;
  /** Seconds of one measured stretch of load. */
  readonly seconds: number;
  /** Of the services, such as Node's options for profiles. */
  readonly environment: Environment;
  readonly say: (line: string) => void;
};

export const CORES = availableParallelism();

/** Code that is not compiled yet costs up to three times as much: by then it has seen 21,000 votes, of which few are used up. */
export const WARM_UP = { rate: 3_000, seconds: 7, duplicates: 0.85 };

/** A world with an open election and a client that has votes for it. */
export type Stage = {
  readonly run: Run;
  readonly world: World;
  readonly mode: Mode;
  readonly votes: VoteSet;
  readonly client: Client;
  /** Casts votes that have not been cast in this cell yet, and repeats of those that have. */
  readonly cast: (
    transport: Transport,
    load: Omit<Load, 'from' | 'repeatFrom' | 'sampleEvery'> & Partial<Load>,
  ) => Promise<LoadResult>;
  /** Casts through REST to another address than ingestion's, always the first votes of the set. */
  readonly castElsewhere: (target: string, rate: number, seconds: number) => Promise<LoadResult>;
  /** Votes that can still be cast. */
  readonly votesLeft: () => number;
};

const KNOWN_DEADLINE_MILLIS = 30_000;

/** Runs `work` on a stage of its own, audits what it left, and takes everything down. @throws Error when the votes do not balance. */
export async function onStage<T>(
  run: Run,
  {
    mode,
    shape,
    prepare,
    environment = run.environment,
  }: {
    readonly mode: Mode;
    readonly shape: Shape;
    readonly environment?: Environment;
    readonly prepare?: (world: World, votes: VoteSet) => Promise<void>;
  },
  work: (stage: Stage) => Promise<T>,
  afterwards: (world: World) => Promise<void> = async () => undefined,
): Promise<T & { readonly audit: AuditFigures }> {
  const name = `bench${randomBytes(4).toString('hex')}`;
  const world = await openWorld(run.infrastructure, name, shape, environment);
  const client = startClient();
  try {
    const votes = readVotes(run.source(mode));
    await publishElection(world, votes.election.definition);
    await prepare?.(world, votes);
    const stage = openStage(run, world, client, mode, votes);
    await untilKnown(stage);
    const result = await work(stage);
    await afterwards(world);
    return { ...result, audit: await auditWorld(world) };
  } finally {
    client.stop();
    await world.close();
  }
}

function openStage(run: Run, world: World, client: Client, mode: Mode, votes: VoteSet): Stage {
  let next = 0;
  const order = (transport: Transport, target: string, load: Load): Order => ({
    source: run.source(mode),
    transport,
    target,
    load,
  });
  return {
    run,
    world,
    mode,
    votes,
    client,
    cast: async (transport, load) => {
      const target = transport === 'rest' ? world.targets.rest : world.targets.grpc;
      const most = load.castAgainWithin ?? Math.ceil(load.rate * load.seconds * (1 - load.duplicates)) + 1;
      if (next + most > votes.length)
        throw new Error(`${votes.length} votes are too few for this rate: give --votes more`);
      const result = await client.cast(
        order(transport, target, { sampleEvery: 0, from: next, repeatFrom: 0, ...load }),
      );
      next += result.fresh;
      return result;
    },
    castElsewhere: (target, rate, seconds) =>
      client.cast(
        order('rest', target, { rate, seconds, duplicates: 0, from: 0, repeatFrom: 0, sampleEvery: 0 }),
      ),
    votesLeft: () => votes.length - next,
  };
}

/** Services learn of the election from their topic: votes are refused until then. */
async function untilKnown({ cast, world }: Stage): Promise<void> {
  const deadline = Date.now() + KNOWN_DEADLINE_MILLIS;
  for (;;) {
    const { accepted } = await cast('rest', { rate: 10, seconds: 0.1, duplicates: 0 });
    if (accepted > 0) return;
    if (Date.now() > deadline) throw new Error(`${world.name}: ingestion accepts no vote`);
  }
}

export type AuditFigures = {
  readonly records: number;
  readonly seconds: number;
  readonly cpuMicrosPerRecord: number;
};

async function auditWorld({ infrastructure, databaseUrl, name }: World): Promise<AuditFigures> {
  const before = process.cpuUsage();
  const report = await audit({
    brokers: infrastructure.kafka.addresses,
    databaseUrls: [databaseUrl],
    namespace: name,
    waitMillis: 60_000,
  });
  const { user, system } = process.cpuUsage(before);
  if (!report.balances) {
    const first = report.findings.first
      .slice(0, 10)
      .map(({ invariant, message }) => `  ${invariant}: ${message}`);
    throw new Error(`the votes do not balance:\n${first.join('\n')}`);
  }
  const { records } = report.totals;
  return { records, seconds: report.seconds, cpuMicrosPerRecord: Math.round((user + system) / records) };
}
