import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
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

/** Seconds that a plain reader takes for the whole topic, doing nothing with it. */
export async function readBare(brokers: readonly string[], { namespace }: World): Promise<number> {
  const { votes } = topicNames(namespace);
  const log = openLogReader(brokers);
  const ranges = await log.ranges(votes);
  const begun = performance.now();
  let bytes = 0;
  for (const range of ranges) await log.read(votes, range, ({ value }) => (bytes += value?.length ?? 0));
  const seconds = (performance.now() - begun) / 1000;
  await log.close();
  if (bytes === 0) throw new Error('the topic is empty');
  return seconds;
}

/** Tokens that all cores verify in a second when they do nothing else. */
export async function verifyBare(brokers: readonly string[], world: World): Promise<number> {
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
  const begun = performance.now();
  const verified = await run(TIMES);
  const seconds = (performance.now() - begun) / 1000;
  await pool.close();
  return verified.reduce((sum, each) => sum + each) / seconds;
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
