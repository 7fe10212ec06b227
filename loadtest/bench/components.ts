import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { Producer } from '@platformatic/kafka';
import { cpuMicros, memoryMiB, perVote, round } from './processes.ts';
import { type AuditFigures, onStage, type Run, type Stage } from './run.ts';
import type { SubscribersOrder, SubscribersResult } from './subscribers.ts';
import { type Mode, recordOf } from './votes.ts';
import { drained } from './watch.ts';
import { DEFAULT_SHAPE } from './world.ts';

export type IngestionAlone = {
  readonly acceptedPerSecond: number;
  readonly cpuMicrosPerVote: Readonly<Record<string, number>>;
  readonly audit: AuditFigures;
};

/** Ingestion into Kafka, which nobody consumes meanwhile, at a rate above what it can take. */
export function measureIngestionAlone(
  run: Run,
  { mode, rate }: { readonly mode: Mode; readonly rate: number },
): Promise<IngestionAlone> {
  return onStage(run, { mode, shape: DEFAULT_SHAPE }, async ({ world, client, cast }) => {
    await cast('rest', { rate: 500, seconds: 5, duplicates: 0 });
    await drained(world);
    const processor = world.services.part('processor-1');
    await processor.stop();
    const { ingestion = 0, broker = 0 } = world.pids;
    const pids = { client: client.pid, ingestion, broker };
    const before = cpuMicros(pids);
    const { accepted, acceptedInTime } = await cast('rest', { rate, seconds: run.seconds, duplicates: 0 });
    const cpuMicrosPerVote = perVote(before, cpuMicros(pids), accepted);
    await processor.start();
    return { acceptedPerSecond: round(acceptedInTime / run.seconds), cpuMicrosPerVote };
  });
}

export type ProcessorDrain = {
  readonly votes: number;
  readonly votesPerSecond: number;
  readonly cpuMicrosPerVote: Readonly<Record<string, number>>;
  readonly audit: AuditFigures;
};

/** The processor draining a prepared topic. */
export function measureProcessorDrain(
  run: Run,
  { mode, votes }: { readonly mode: Mode; readonly votes: number },
): Promise<ProcessorDrain> {
  return onStage(run, { mode, shape: DEFAULT_SHAPE }, async stage => {
    const { world } = stage;
    await drained(world);
    const processor = world.services.part('processor-1');
    await processor.stop();
    await fill(stage, votes);
    const { broker = 0, postgres = 0, redis = 0 } = world.pids;
    const before = cpuMicros({ broker, postgres, redis });
    await processor.start();
    const pids = { processor: processor.reference()?.pid ?? 0, broker, postgres, redis };
    const begun = performance.now();
    const counted = await drained(world);
    const seconds = (performance.now() - begun) / 1000;
    // Its start is part of it, as after a crash.
    const cpuMicrosPerVote = perVote({ processor: 0, ...before }, cpuMicros(pids), counted);
    return { votes: counted, votesPerSecond: round(counted / seconds), cpuMicrosPerVote };
  });
}

const BATCH = 1_000;

/** Appends the votes' records as ingestion would, without its work. */
async function fill({ world, votes, run }: Stage, count: number): Promise<void> {
  const producer = new Producer({
    clientId: 'bench',
    bootstrapBrokers: [...run.infrastructure.kafka.addresses],
    idempotent: true,
    autocreateTopics: false,
  });
  // The first has been cast to see whether ingestion answers.
  const total = Math.min(count, votes.length);
  for (let from = 0; from < total; from += BATCH) {
    const partition = (from / BATCH) % DEFAULT_SHAPE.partitions;
    const messages = Array.from({ length: Math.min(BATCH, total - from) }, (_, place) => ({
      topic: world.topics.votes,
      partition,
      value: recordOf(votes, from + place),
    }));
    await producer.send({ acks: -1, messages });
  }
  await producer.close();
}

export type Subscribers = SubscribersResult & {
  readonly subscribers: number;
  readonly cpuMicrosPerEvent: number;
  /** Of one core. */
  readonly cpuShare: number;
  readonly memoryMiB: number;
  readonly audit: AuditFigures;
};

/** The aggregator with many subscribers, while votes are counted. */
export function measureSubscribers(
  run: Run,
  { subscribers, rate }: { readonly subscribers: number; readonly rate: number },
): Promise<Subscribers> {
  return onStage(run, { mode: 'secret', shape: DEFAULT_SHAPE }, async ({ world, votes, cast }) => {
    const url = `${world.services.urls('aggregator')[0]}/v1/elections/${votes.election.definition.id}/results/stream`;
    await cast('rest', { rate, seconds: 1, duplicates: 0 });
    const child = fork(fileURLToPath(new URL('subscribers.ts', import.meta.url)));
    try {
      child.send({ url, subscribers } satisfies SubscribersOrder);
      await once(child, 'message');
      const pids = { aggregator: world.pids.aggregator ?? 0 };
      const before = cpuMicros(pids);
      await cast('rest', { rate, seconds: run.seconds, duplicates: 0 });
      await drained(world);
      await sleep(1_000);
      const used = (cpuMicros(pids).aggregator ?? 0) - (before.aggregator ?? 0);
      child.send('report');
      const [result]: [SubscribersResult] = await once(child, 'message').then(([told]) => [told]);
      return {
        ...result,
        subscribers,
        cpuMicrosPerEvent: round(used / Math.max(1, result.events)),
        cpuShare: Math.round((used / 1e6 / (run.seconds + 1)) * 100) / 100,
        memoryMiB: memoryMiB(pids).aggregator ?? 0,
      };
    } finally {
      child.kill();
    }
  });
}
