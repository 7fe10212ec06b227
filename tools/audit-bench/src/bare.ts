import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Consumer, FetchIsolationLevels, ListOffsetTimestamps } from '@platformatic/kafka';
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

/** The audit's own reader, doing nothing with the whole topic but to make an object of each record. */
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

const FETCH_BYTES = 512 * 1024;

/** The client's fetches, as it decodes them, the next one under way meanwhile; no promise or event for each record. */
export async function readFetches(brokers: readonly string[], { namespace }: World): Promise<Taken> {
  const { votes } = topicNames(namespace);
  const bootstrapBrokers = [...brokers];
  const consumer = new Consumer({ clientId: 'audit-bench', groupId: 'audit-bench', bootstrapBrokers });
  const ends = await consumer.listOffsets({ topics: [votes], timestamp: ListOffsetTimestamps.LATEST });
  let bytes = 0;
  const taken = await take(async () => {
    for (const [partition, end] of (ends.get(votes) ?? []).entries()) {
      let fetching = fetchOnce(consumer, votes, partition, 0n);
      for (let next = 0n; next < end; ) {
        const batches = await fetching;
        const last = batches.at(-1);
        if (last) next = last.firstOffset + BigInt(last.lastOffsetDelta) + 1n;
        if (next < end) fetching = fetchOnce(consumer, votes, partition, next);
        for (const batch of batches) for (const { value } of batch.records) bytes += value?.length ?? 0;
      }
    }
  });
  await consumer.close();
  if (bytes === 0) throw new Error('the topic is empty');
  return taken;
}

async function fetchOnce(consumer: Consumer, topic: string, partition: number, fetchOffset: bigint) {
  const metadata = await consumer.metadata({ topics: [topic] });
  const found = metadata.topics.get(topic);
  if (!found) throw new Error(`the brokers know no topic ${topic}`);
  const unknown = { currentLeaderEpoch: -1, lastFetchedEpoch: -1 };
  const wanted = { partition, fetchOffset, partitionMaxBytes: FETCH_BYTES, ...unknown };
  const { responses } = await consumer.fetch({
    node: found.partitions[partition]?.leader ?? -1,
    topics: [{ topicId: found.id, partitions: [wanted] }],
    minBytes: 1,
    maxBytes: FETCH_BYTES,
    maxWaitTime: 500,
    isolationLevel: FetchIsolationLevels.READ_UNCOMMITTED,
  });
  return responses[0]?.partitions[0]?.records ?? [];
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
      bytes += value?.length ?? 0;
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
