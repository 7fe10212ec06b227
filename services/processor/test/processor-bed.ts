import { afterAll, beforeAll } from '@jest/globals';
import { ballotKey, partitionsOfShard, shardOf } from '@suffrage/contracts/shards';
import type { TestElection } from '@suffrage/contracts/testing.node';
import { encodeVoteRecord, type Vote } from '@suffrage/contracts/vote';
import { createLifecycle } from '@suffrage/runtime/lifecycle';
import { voteIdOf } from '@suffrage/test/ballot';
import { until } from '@suffrage/test/poll';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';
import type { Producer } from 'kafkajs';

export const SHARDS = 2;
export const PARTITIONS = 4;

export const idOf = ({ election }: TestElection) => election.definition.id;

export function partitionOf(made: TestElection, vote: Vote, which = 0): number {
  const shard = shardOf(ballotKey(voteIdOf(made, vote), vote.voterReference.reveal()), SHARDS);
  return partitionsOfShard(shard, SHARDS, PARTITIONS)[which % 2] ?? 0;
}

/** A testbed for the processors of one test file, opened before its tests and closed after them. */
export function processorBed() {
  let opened: Testbed | undefined;
  let producer: Producer;
  const bed = (): Testbed => {
    if (!opened) throw new Error('the testbed opens before the first test');
    return opened;
  };

  beforeAll(async () => {
    opened = await openTestbed({ partitions: PARTITIONS, shards: SHARDS });
    producer = bed().kafka.producer();
    await producer.connect();
    bed().lifecycle.onClose('producer', () => producer.disconnect());
  }, 60_000);

  afterAll(() => opened?.close(), 60_000);

  /** Appends records as ingestion would, `which` choosing among the partitions of the vote's shard. */
  async function append(
    made: TestElection,
    votes: readonly Vote[],
    { which = 0, timestamp = Date.now() } = {},
  ): Promise<void> {
    for (const vote of votes) {
      const value = Buffer.from(encodeVoteRecord(vote, 'ingestion-0'));
      const message = { value, partition: partitionOf(made, vote, which), timestamp: String(timestamp) };
      await producer.send({ topic: bed().topics.votes, acks: -1, messages: [message] });
    }
  }

  /** Waits until every record on the log is accounted for. */
  async function drained(): Promise<void> {
    const admin = bed().kafka.admin();
    await admin.connect();
    const ends = await admin.fetchTopicOffsets(bed().topics.votes);
    await admin.disconnect();
    const total = ends.reduce((sum, { high }) => sum + Number(high), 0);
    await until(
      'all records are accounted for',
      async () => {
        const { rows } = await bed().pool.query<{ next: string }>(
          'select coalesce(sum(next_offset), 0) as next from progress',
        );
        return Number(rows[0]?.next) === total;
      },
      40_000,
    );
  }

  async function outcomesOf(made: TestElection): Promise<Record<string, number>> {
    const { rows } = await bed().pool.query<{ what: string; n: string }>(
      `select concat_ws(' ', outcome, code) as what, count(*) as n from outcomes where election_id = $1 group by 1
       union all select 'counted', count(*) from votes where election_id = $1
       union all select 'superseded', count(*) from superseded where election_id = $1`,
      [idOf(made)],
    );
    return Object.fromEntries(rows.map(({ what, n }) => [what, Number(n)] as const).filter(([, n]) => n > 0));
  }

  async function talliesOf(made: TestElection): Promise<Record<string, number>> {
    const { rows } = await bed().pool.query<{ option: string; votes: string }>(
      `select option, sum(votes) as votes from tallies where election_id = $1 group by option having sum(votes) <> 0`,
      [idOf(made)],
    );
    return Object.fromEntries(rows.map(({ option, votes }) => [option, Number(votes)] as const));
  }

  /** Runs one processor of its own while `work` runs. */
  async function withProcessor(
    work: (processor: Awaited<ReturnType<Testbed['processor']>>) => Promise<void>,
    redisUrl?: string,
  ): Promise<void> {
    const lifecycle = createLifecycle(bed().log);
    try {
      await work(await bed().processor(lifecycle, redisUrl));
    } finally {
      await lifecycle.close();
    }
  }

  return { bed, append, drained, outcomesOf, talliesOf, withProcessor, producer: () => producer };
}
