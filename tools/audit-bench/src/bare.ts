import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Consumer } from '@platformatic/kafka';
import { openLogReader } from '@suffrage/audit/read-log';
import { prepareElection } from '@suffrage/contracts/ballot';
import { topicNames } from '@suffrage/contracts/topics';
import { decodeVoteRecord } from '@suffrage/contracts/vote';
import { voteId } from '@suffrage/contracts/vote-id';
import { Piscina } from 'piscina';
import type { Signed, VerifyTask } from './verify-worker.ts';
import type { World } from './world.ts';

const TOKENS = 1_000;
const TIMES = 100;

/** What something took. On a machine that others use as well, CPU time says more than time. */
export type Taken = { readonly seconds: number; readonly cpuSeconds: number };

async function take(work: () => Promise<void>): Promise<Taken> {
  const before = process.cpuUsage();
  const begun = performance.now();
  await work();
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { seconds, cpuSeconds: (user + system) / 1e6 };
}

/** The audit's own reader, doing nothing with the whole topic: the strictest measure. */
export async function readBare(brokers: readonly string[], { namespace }: World): Promise<Taken> {
  const { votes } = topicNames(namespace);
  const log = openLogReader(brokers);
  const ranges = await log.ranges(votes);
  let bytes = 0;
  const taken = await take(async () => {
    for (const range of ranges) await log.read(votes, range, ({ value }) => (bytes += value?.length ?? 0));
  });
  await log.close();
  if (bytes === 0) throw new Error('the topic is empty');
  return taken;
}

/** The reader that anybody would write, doing nothing with the whole topic: the client library's own stream of records. */
export async function readStream(brokers: readonly string[], { namespace, records }: World): Promise<Taken> {
  const { votes } = topicNames(namespace);
  const consumer = new Consumer({
    clientId: 'audit-bench',
    groupId: `audit-bench-${namespace}`,
    bootstrapBrokers: [...brokers],
    autocreateTopics: false,
  });
  const stream = await consumer.consume({ topics: [votes], mode: 'earliest', autocommit: false });
  let left = records;
  let bytes = 0;
  const taken = await take(async () => {
    for await (const { value } of stream) {
      bytes += value.length;
      left -= 1;
      if (left === 0) break;
    }
  });
  await consumer.close(true);
  if (left > 0 || bytes === 0) throw new Error('the topic is shorter than it was written');
  return taken;
}

/** Tokens verified on all cores, which do nothing else. */
export async function verifyBare(
  brokers: readonly string[],
  world: World,
): Promise<Taken & { readonly tokens: number }> {
  const signed = await readTokens(brokers, world);
  const threads = availableParallelism();
  const pool = new Piscina<VerifyTask, number>({
    filename: fileURLToPath(new URL('verify-worker.ts', import.meta.url)),
    name: 'verifyAll',
    minThreads: threads,
    maxThreads: threads,
  });
  const run = (times: number) =>
    Promise.all(
      Array.from({ length: threads }, () => pool.run({ definition: world.definition, signed, times })),
    );
  await run(1);
  const taken = await take(async () => {
    await run(TIMES);
  });
  await pool.close();
  return { ...taken, tokens: signed.length * TIMES * threads };
}

async function readTokens(brokers: readonly string[], { namespace, definition }: World): Promise<Signed[]> {
  const { votes } = topicNames(namespace);
  const { ballotHash } = prepareElection(definition);
  const log = openLogReader(brokers);
  const signed: Signed[] = [];
  await log.read(votes, { partition: 0, start: 0, end: TOKENS }, ({ value }) => {
    const vote = decodeVoteRecord(value ?? new Uint8Array());
    if (!vote) throw new Error('the topic holds votes only');
    const id = voteId(ballotHash, vote.salt.reveal(), vote.selections.reveal());
    signed.push({ voteId: id, token: vote.token.reveal(), tokenKeyId: vote.tokenKeyId });
  });
  await log.close();
  return signed;
}
