import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { audit } from '@suffrage/audit/audit';
import { signedVote, type TestElection } from '@suffrage/contracts/testing.node';
import { encodeVoteRecord, type Vote } from '@suffrage/contracts/vote';
import { deadlocksIn } from '@suffrage/test/deadlocks';
import { until } from '@suffrage/test/poll';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';
import type { Producer } from 'kafkajs';

const PARTITIONS = 4;
const ROUNDS = 4;
const NEW_VOTERS = 1_000;

let bed: Testbed;
let made: TestElection;
let producer: Producer;

beforeAll(async () => {
  bed = await openTestbed({ partitions: PARTITIONS });
  made = await bed.publishElection({ mode: 'pseudonymous', revote: 'last' });
  producer = bed.kafka.producer();
  await producer.connect();
  bed.lifecycle.onClose('producer', () => producer.disconnect());
}, 60_000);
afterAll(() => bed?.close(), 60_000);

test('copies of votes and revisions that lie in all partitions, in opposite orders, are counted once and never deadlock', async () => {
  await Promise.all([bed.processor(), bed.processor()]);
  let voters: Uint8Array[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    // The voters of the round before replace their votes among new ones: rows are added and locked in one transaction.
    const replaced = voters.map(voterReference => signedVote(made, { voterReference, revision: 2 }));
    voters = Array.from({ length: NEW_VOTERS }, () => randomBytes(32));
    const added = voters.map(voterReference => signedVote(made, { voterReference, revision: 1 }));
    await appendToAll([...replaced, ...added]);
    await until('the round is processed', isProcessed, 60_000);
  }

  const { findings, totals } = await audit({
    brokers: bed.brokers,
    databaseUrls: bed.databaseUrls,
    namespace: bed.namespace,
  });
  expect(findings.first).toEqual([]);
  expect([totals.counted, totals.superseded]).toEqual([ROUNDS * NEW_VOTERS, (ROUNDS - 1) * NEW_VOTERS]);
  expect(await deadlocksIn(bed.databaseUrl)).toBe(0);
}, 240_000);

let appended = 0;

/** Every vote in every partition, in odd ones the last first, in one request: they are fetched at the same moment. */
async function appendToAll(votes: readonly Vote[]): Promise<void> {
  const values = votes.map(vote => Buffer.from(encodeVoteRecord(vote, 'ingestion-0')));
  const messages = Array.from({ length: PARTITIONS }, (_, partition) =>
    (partition % 2 === 0 ? values : values.toReversed()).map(value => ({ partition, value })),
  ).flat();
  await producer.send({ topic: bed.topics.votes, acks: -1, messages });
  appended += messages.length;
}

async function isProcessed(): Promise<boolean> {
  const { rows } = await bed.pool.query<{ reached: string }>(
    'select coalesce(sum(next_offset), 0) as reached from progress',
  );
  return Number(rows[0]?.reached) === appended;
}
