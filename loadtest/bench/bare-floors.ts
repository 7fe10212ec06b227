import { type Arithmetic, measureArithmetic } from '../floors/arithmetic.ts';
import { startFloor } from '../floors/start-floor.ts';
import { startClient } from './cast.ts';
import { cpuMicros, round } from './processes.ts';
import type { Run } from './run.ts';
import { readVotes } from './votes.ts';

export type BareFloors = Arithmetic & {
  /** An empty POST, CPU microseconds of the server. */
  readonly nodeHttpEmptyPost: number;
  readonly fastifyEmptyPost: number;
};

const RATE = 2_000;

export async function measureBareFloors(run: Run): Promise<BareFloors> {
  run.say('  node:http and Fastify, an empty POST');
  const nodeHttpEmptyPost = await costOfPost(run, 'node-http');
  const fastifyEmptyPost = await costOfPost(run, 'fastify');
  run.say('  tokens and records');
  const arithmetic = measureArithmetic(
    readVotes(run.source('secret')),
    readVotes(run.source('pseudonymous')),
  );
  return { nodeHttpEmptyPost, fastifyEmptyPost, ...arithmetic };
}

async function costOfPost({ source, seconds }: Run, program: 'node-http' | 'fastify'): Promise<number> {
  const votes = source('secret');
  const floor = await startFloor(program, { brokers: [], topic: '', partitions: 0, source: votes });
  const client = startClient();
  const load = { rate: RATE, duplicates: 0, from: 0, repeatFrom: 0, sampleEvery: 0 };
  const order = { source: votes, transport: 'empty-post', target: floor.address } as const;
  try {
    await client.cast({ ...order, load: { ...load, seconds: 2 } });
    const before = cpuMicros({ server: floor.pid });
    const { accepted } = await client.cast({ ...order, load: { ...load, seconds } });
    const after = cpuMicros({ server: floor.pid });
    return round(((after.server ?? 0) - (before.server ?? 0)) / accepted);
  } finally {
    client.stop();
    floor.stop();
  }
}
