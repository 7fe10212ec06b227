import { afterEach, expect, test } from '@jest/globals';
import { audit } from '@suffrage/audit/audit';
import { castVote } from '@suffrage/client/cast-vote';
import { restTransport, type SignedBallot } from '@suffrage/client/transport';
import { shardOf } from '@suffrage/contracts/shards';
import { signedBallot } from '@suffrage/test/ballot';
import { deadlocksIn } from '@suffrage/test/deadlocks';
import { until } from '@suffrage/test/poll';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';
import { Pool } from 'pg';

const VOTES = 240;
const CASTERS = 8;

let bed: Testbed;

afterEach(() => bed.close(), 60_000);

for (const shards of [1, 2, 4]) {
  test(`with ${shards} shards, each in a database of its own, copies meet and partitions are added under load`, async () => {
    bed = await openTestbed({ partitions: shards, shards, databases: shards });
    const made = await bed.publishElection();
    const urls = await Promise.all(
      ['ingestion-0', 'ingestion-1'].map(async instance => (await bed.ingestion({ instance })).url),
    );
    await Promise.all([bed.processor(), bed.processor()]);
    for (const url of urls) {
      await until('ingestion is ready', async () => (await fetch(`${url}/health/ready`)).ok);
    }
    const ballots = Array.from({ length: VOTES }, () => signedBallot(made));

    const half = VOTES / 2;
    await castAll(ballots.slice(0, half), urls);
    await Promise.all([castAll(ballots.slice(half), urls), bed.growTo(shards * 4)]);
    // Once more to the other instance, and again until copies lie in partitions that were added.
    await until('the added partitions are used', async () => {
      await castAll(ballots, urls.toReversed());
      return usesAdded(shards);
    });

    const report = await audit({
      brokers: bed.brokers,
      databaseUrls: bed.databaseUrls,
      namespace: bed.namespace,
      waitMillis: 60_000,
    });
    expect(report.findings.first).toEqual([]);
    expect(report.totals.counted).toBe(VOTES);
    expect(await misplaced(made.election.definition.id)).toEqual([]);
    for (const url of bed.databaseUrls) expect(await deadlocksIn(url)).toBe(0);
  }, 120_000);
}

async function castAll(ballots: readonly SignedBallot[], urls: readonly string[]): Promise<void> {
  const waiting = [...ballots.entries()];
  const cast = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const [place, ballot] = next;
      const result = await castVote(restTransport(urls[place % urls.length] ?? ''), ballot);
      if (result.status !== 'accepted') throw new Error(`a vote was not accepted: ${result.status}`);
    }
  };
  await Promise.all(Array.from({ length: CASTERS }, cast));
}

async function usesAdded(shards: number): Promise<boolean> {
  const admin = bed.kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(bed.topics.votes);
  await admin.disconnect();
  return ends.some(({ partition, high }) => partition >= shards && Number(high) > 0);
}

/** Ballot keys that lie in the database of another shard. */
async function misplaced(electionId: string): Promise<string[]> {
  const found: string[] = [];
  for (const [shard, connectionString] of bed.databaseUrls.entries()) {
    const pool = new Pool({ connectionString, max: 1 });
    const { rows } = await pool.query<{ ballot_key: Buffer }>(
      'select ballot_key from votes where election_id = $1',
      [electionId],
    );
    await pool.end();
    const strays = rows.filter(row => shardOf(row.ballot_key, bed.databaseUrls.length) !== shard);
    found.push(...strays.map(row => row.ballot_key.toString('hex')));
  }
  return found;
}
