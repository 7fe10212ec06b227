import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { castVote } from '@suffrage/client/cast-vote';
import { restTransport } from '@suffrage/client/transport';
import { toBase64url } from '@suffrage/contracts/bytes';
import type { Receipt } from '@suffrage/contracts/receipt';
import { voteId } from '@suffrage/contracts/vote-id';
import { type Infrastructure, startInfrastructure } from '@suffrage/stack/infrastructure';
import { signedBallot } from '@suffrage/test/ballot';
import { until } from '@suffrage/test/poll';
import { readLog } from '@suffrage/test/read-log';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';

let directory: string;
let infrastructure: Infrastructure;
let bed: Testbed;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'suffrage-failover-'));
  infrastructure = await startInfrastructure({ dataDirectory: directory, ports: 'free', brokers: 3 });
  bed = await openTestbed({
    partitions: 6,
    replication: 3,
    servers: {
      brokers: infrastructure.kafka.addresses,
      postgresUrl: infrastructure.postgres.adminUrl,
      redisUrl: infrastructure.redis.url,
    },
  });
}, 120_000);

afterAll(async () => {
  await bed?.close();
  await infrastructure?.stop();
  await rm(directory, { recursive: true, force: true });
}, 120_000);

test('while brokers are killed in turn every acknowledged vote is on the log where its receipt says, and is counted', async () => {
  const made = await bed.publishElection();
  const ingestion = await bed.ingestion();
  await bed.processor();
  await until('ingestion is ready', async () => (await fetch(`${ingestion.url}/health/ready`)).ok);
  const receipts: Receipt[] = [];
  let casting = true;
  const caster = async () => {
    while (casting) {
      const result = await castVote(restTransport(ingestion.url), signedBallot(made));
      if (result.status !== 'accepted') throw new Error(`a vote was not accepted: ${result.status}`);
      receipts.push(result.receipt);
    }
  };
  const casters = Array.from({ length: 8 }, caster);
  const more = (n: number) =>
    until(`${n} more votes are accepted`, () => receipts.length >= n || undefined, 60_000);
  await more(200);
  for (const broker of infrastructure.kafka.brokers.slice(0, 2)) {
    await broker.kill();
    await more(receipts.length + 300);
    await broker.start();
    await more(receipts.length + 300);
  }
  casting = false;
  await Promise.all(casters);

  const lying = new Map(
    (await readLog(bed.kafka, bed.topics.votes)).map(record => [
      `${record.partition}/${record.offset}`,
      record,
    ]),
  );
  const missing = receipts.filter(({ partition, offset, voteId: id }) => {
    const vote = lying.get(`${partition}/${offset}`)?.vote;
    return (
      !vote ||
      toBase64url(voteId(made.election.ballotHash, vote.salt.reveal(), vote.selections.reveal())) !== id
    );
  });
  expect(missing).toEqual([]);
  await until(
    'every accepted vote is counted',
    async () => {
      const { rows } = await bed.pool.query<{ n: string }>('select count(*) as n from votes');
      return Number(rows[0]?.n) === receipts.length;
    },
    60_000,
  );
}, 240_000);
