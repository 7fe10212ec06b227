import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { ballotKey, partitionsOfShard, shardOf } from '@suffrage/contracts/shards';
import { signedVote, type TestElection } from '@suffrage/contracts/testing.node';
import { Redacted } from '@suffrage/contracts/redacted';
import { redisNames } from '@suffrage/contracts/topics';
import { encodeVoteRecord, type Vote } from '@suffrage/contracts/vote';
import { createLifecycle } from '@suffrage/runtime/lifecycle';
import { inTransaction, openPool } from '@suffrage/runtime/postgres/pool';
import { voteIdOf } from '@suffrage/test/ballot';
import { until } from '@suffrage/test/poll';
import { readLog } from '@suffrage/test/read-log';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';
import { Redis } from 'ioredis';
import type { Producer } from 'kafkajs';
import { createHints } from './hints.ts';

const SHARDS = 2;
const PARTITIONS = 4;
const DEAD_REDIS = 'redis://127.0.0.1:1';

let bed: Testbed;
let producer: Producer;
let secret: TestElection;

beforeAll(async () => {
  bed = await openTestbed({ partitions: PARTITIONS, shards: SHARDS });
  producer = bed.kafka.producer();
  await producer.connect();
  bed.lifecycle.onClose('producer', () => producer.disconnect());
}, 60_000);

afterAll(() => bed.close(), 60_000);

beforeEach(async () => {
  secret = await bed.publishElection();
});

const idOf = ({ election }: TestElection) => election.definition.id;

function partitionOf(made: TestElection, vote: Vote, which = 0): number {
  const shard = shardOf(ballotKey(voteIdOf(made, vote), vote.voterReference.reveal()), SHARDS);
  return partitionsOfShard(shard, SHARDS, PARTITIONS)[which % 2] ?? 0;
}

/** Appends records as ingestion would, `which` choosing among the partitions of the vote's shard. */
async function append(
  made: TestElection,
  votes: readonly Vote[],
  { which = 0, timestamp = Date.now() } = {},
): Promise<void> {
  for (const vote of votes) {
    const value = Buffer.from(encodeVoteRecord(vote, 'ingestion-0'));
    const message = { value, partition: partitionOf(made, vote, which), timestamp: String(timestamp) };
    await producer.send({ topic: bed.topics.votes, acks: -1, messages: [message] });
  }
}

/** Waits until every record on the log is accounted for. */
async function drained(): Promise<void> {
  const admin = bed.kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(bed.topics.votes);
  await admin.disconnect();
  const total = ends.reduce((sum, { high }) => sum + Number(high), 0);
  await until(
    'all records are accounted for',
    async () => {
      const { rows } = await bed.pool.query<{ next: string }>(
        'select coalesce(sum(next_offset), 0) as next from progress',
      );
      return Number(rows[0]?.next) === total;
    },
    40_000,
  );
}

async function outcomesOf(made: TestElection): Promise<Record<string, number>> {
  const { rows } = await bed.pool.query<{ what: string; n: string }>(
    `select concat_ws(' ', outcome, code) as what, count(*) as n from outcomes where election_id = $1 group by 1
     union all select 'counted', count(*) from votes where election_id = $1
     union all select 'superseded', count(*) from superseded where election_id = $1`,
    [idOf(made)],
  );
  return Object.fromEntries(rows.map(({ what, n }) => [what, Number(n)] as const).filter(([, n]) => n > 0));
}

async function talliesOf(made: TestElection): Promise<Record<string, number>> {
  const { rows } = await bed.pool.query<{ option: string; votes: string }>(
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
  const lifecycle = createLifecycle(bed.log);
  try {
    await work(await bed.processor(lifecycle, redisUrl));
  } finally {
    await lifecycle.close();
  }
}

test('copies of a vote in different partitions are counted once, the rest are duplicates', async () => {
  const votes = Array.from({ length: 20 }, () => signedVote(secret));
  await append(secret, [...votes, ...votes]);
  await append(secret, votes, { which: 1 });
  await withProcessor(drained);
  expect(await outcomesOf(secret)).toEqual({ counted: 20, duplicate: 40 });
  expect(await talliesOf(secret)).toEqual({ '*': 20, 'mayor-1': 20 });
}, 60_000);

test('invalid records are rejected with the first failing check, unreadable ones quarantined, and the partition goes on', async () => {
  const stranger = testElectionLike(secret);
  const vote = signedVote(secret);
  await append(secret, [
    { ...vote, token: stranger.token },
    { ...vote, selections: stranger.selections },
    { ...vote, tokenKeyId: randomBytes(32) },
    vote,
  ]);
  const partition = partitionOf(secret, vote);
  await producer.send({
    topic: bed.topics.votes,
    acks: -1,
    messages: [{ value: Buffer.from('noise'), partition }],
  });
  await append({ ...secret }, [{ ...vote, electionId: 'unheard-of' }]);
  // Text that PostgreSQL would refuse: it must not stop the partition.
  await append({ ...secret }, [{ ...vote, electionId: 'nul\0byte' }]);
  await withProcessor(drained);
  const { rows } = await bed.pool.query<{ what: string }>(
    `select concat_ws(' ', outcome, code) as what from outcomes
     where election_id = $1 or election_id = 'unheard-of' or code = 'unreadable' order by record_offset`,
    [idOf(secret)],
  );
  expect(rows.map(({ what }) => what).toSorted()).toEqual([
    'quarantined unreadable',
    'quarantined unreadable',
    'rejected election-unknown',
    'rejected selections-invalid',
    'rejected token-invalid',
    'rejected token-key-unknown',
  ]);
  expect(await outcomesOf(secret)).toMatchObject({ counted: 1 });
}, 60_000);

function testElectionLike(made: TestElection) {
  const other = signedVote(made);
  return {
    token: other.token,
    selections: new Redacted(Uint8Array.of(1)),
  };
}

test('news of a quarantined record reaches votes.quarantine without the record', async () => {
  const planted = Buffer.from('planted secret');
  await producer.send({ topic: bed.topics.votes, acks: -1, messages: [{ value: planted, partition: 0 }] });
  await withProcessor(async () => {
    await drained();
    await until('the relay has told', async () => {
      const { rows } = await bed.pool.query('select 1 from outcomes where not relayed and outcome = $1', [
        'quarantined',
      ]);
      return rows.length === 0;
    });
  });
  const told = await readLog(bed.kafka, bed.topics.quarantine);
  expect(told.length).toBeGreaterThan(0);
  for (const { value } of told) {
    expect(value.toString()).not.toContain('planted');
    expect(JSON.parse(value.toString())).toMatchObject({ topic: bed.topics.votes, reason: 'unreadable' });
  }
}, 60_000);

test('only votes from opensAt up to closesAt are counted, by the record’s time', async () => {
  const now = Date.now();
  const timed = await bed.publishElection({
    opensAt: new Date(now - 2_000).toISOString(),
    closesAt: new Date(now + 1_000).toISOString(),
  });
  for (const timestamp of [now - 2_001, now - 2_000, now + 999, now + 1_000]) {
    await append(timed, [signedVote(timed)], { timestamp });
  }
  await withProcessor(drained);
  expect(await outcomesOf(timed)).toEqual({
    counted: 2,
    'rejected election-closed': 1,
    'rejected election-not-yet-open': 1,
  });
}, 60_000);

test('with revote the greatest revision is counted, whatever the order of arrival, and tallies follow', async () => {
  const revote = await bed.publishElection({ mode: 'pseudonymous', revote: 'last' });
  const voters = Array.from({ length: 6 }, () => randomBytes(32));
  const revisions = voters.map(voterReference =>
    [1, 2, 3].map(revision =>
      signedVote(revote, { voterReference, revision, marked: { mayor: [`mayor-${revision}`], council: [] } }),
    ),
  );
  await withProcessor(async () => {
    for (const [place, own] of revisions.entries()) {
      const order =
        [
          [0, 1, 2],
          [2, 1, 0],
          [1, 2, 0],
          [0, 2, 1],
          [2, 0, 1],
          [1, 0, 2],
        ][place] ?? [];
      for (const [step, which] of order.entries()) {
        await append(revote, own.slice(which, which + 1), { which: step });
        if (place % 2 === 0) await drained();
      }
    }
    await drained();
  });
  expect(await talliesOf(revote)).toEqual({ '*': 6, 'mayor-3': 6 });
  const outcomes = await outcomesOf(revote);
  expect(outcomes.counted).toBe(6);
  expect((outcomes.superseded ?? 0) + (outcomes['older-revision'] ?? 0)).toBe(12);
}, 90_000);

test('Redis down, empty or lying changes no count', async () => {
  const votes = Array.from({ length: 10 }, () => signedVote(secret));
  await append(secret, votes);
  await withProcessor(drained, DEAD_REDIS);
  expect(await outcomesOf(secret)).toEqual({ counted: 10 });

  const redis = new Redis(bed.redisUrl, { lazyConnect: true });
  await redis.connect();
  const names = redisNames(bed.namespace);
  const lies = Array.from({ length: 10 }, () => signedVote(secret));
  const hints = createHints(redis, { prefix: names.hint, channel: names.progress, seconds: 600 });
  await hints.mark(
    lies.map(vote => {
      const id = voteIdOf(secret, vote);
      return { electionId: idOf(secret), ballotKey: id, voteId: id, revision: 0 };
    }),
  );
  expect((await redis.keys(`${names.hint}*`)).length).toBeGreaterThanOrEqual(10);
  await append(secret, [...lies, ...votes]);
  await withProcessor(drained);
  redis.disconnect();
  expect(await outcomesOf(secret)).toEqual({ counted: 20, duplicate: 10 });
}, 60_000);

test('a marker of a later revision that is not counted does not make it a duplicate of the earlier one', async () => {
  const revote = await bed.publishElection({ mode: 'pseudonymous', revote: 'last' });
  const voterReference = randomBytes(32);
  const [first, second] = [1, 2].map(revision => signedVote(revote, { voterReference, revision }));
  if (!first || !second) throw new Error('two revisions');
  await append(revote, [first]);
  await withProcessor(drained);
  const redis = new Redis(bed.redisUrl, { lazyConnect: true });
  await redis.connect();
  const names = redisNames(bed.namespace);
  // As after a database was restored to a time before the second revision: Redis still remembers it.
  await createHints(redis, { prefix: names.hint, channel: names.progress, seconds: 600 }).mark([
    { electionId: idOf(revote), ballotKey: voterReference, voteId: voteIdOf(revote, second), revision: 2 },
  ]);
  redis.disconnect();
  await append(revote, [second, first]);
  await withProcessor(drained);
  expect(await outcomesOf(revote)).toEqual({ counted: 1, superseded: 1, duplicate: 1 });
  const { rows } = await bed.pool.query('select revision from votes where election_id = $1', [idOf(revote)]);
  expect(rows).toEqual([{ revision: 2 }]);
}, 60_000);

test('a vote that the database refuses is set aside alone, reported, and counted once the database takes it', async () => {
  const votes = Array.from({ length: 9 }, () => signedVote(secret));
  const cursed = votes[4];
  if (!cursed) throw new Error('nine votes');
  await bed.pool.query(
    `create function refuse() returns trigger language plpgsql as
       $$ begin if new.vote_id = '\\x${Buffer.from(voteIdOf(secret, cursed)).toString('hex')}' then raise exception 'planted'; end if; return new; end $$;
     create trigger refuse before insert on votes for each row execute function refuse()`,
  );
  await append(secret, votes);
  await withProcessor(async processor => {
    await drained();
    expect(await outcomesOf(secret)).toEqual({ counted: 8, 'quarantined database-refused': 1 });
    await processor.requeue();
    expect(await outcomesOf(secret)).toMatchObject({ 'quarantined database-refused': 1 });
    await bed.pool.query('drop trigger refuse on votes; drop function refuse');
    await processor.requeue();
  });
  expect(await outcomesOf(secret)).toEqual({ counted: 9 });
  expect(await talliesOf(secret)).toEqual({ '*': 9, 'mayor-1': 9 });
  const { rows } = await bed.pool.query('select sum(requeued) as n from progress');
  expect(rows).toEqual([{ n: '1' }]);
}, 60_000);

test('however many the database refused, all are tried again, also behind one that it still refuses', async () => {
  const election = await bed.publishElection();
  const anywhere = Array.from({ length: 300 }, () => signedVote(election));
  const votes = anywhere.filter(vote => partitionOf(election, vote) === 0).slice(0, 105);
  const hex = votes.map(vote => Buffer.from(voteIdOf(election, vote)).toString('hex'));
  await bed.pool.query(
    `create table cursed (vote_id bytea);
     create function refuse() returns trigger language plpgsql as
       $$ begin if exists (select from cursed where vote_id = new.vote_id) then raise exception 'planted'; end if; return new; end $$;
     create trigger refuse before insert on votes for each row execute function refuse()`,
  );
  await bed.pool.query(`insert into cursed select decode(id, 'hex') from unnest($1::text[]) as id`, [hex]);
  await append(election, votes);
  await withProcessor(async processor => {
    await drained();
    expect(await outcomesOf(election)).toEqual({ 'quarantined database-refused': 105 });
    await bed.pool.query(`delete from cursed where vote_id <> decode($1, 'hex')`, [hex[0]]);
    await processor.requeue();
  });
  await bed.pool.query('drop trigger refuse on votes; drop function refuse; drop table cursed');
  expect(await outcomesOf(election)).toEqual({ counted: 104, 'quarantined database-refused': 1 });
}, 60_000);

test('a database that was restored to an earlier time is filled again from the log, though no new vote arrives', async () => {
  const tables = ['votes', 'outcomes', 'superseded', 'tallies', 'intake', 'progress'];
  const run = async (statements: readonly string[]) => {
    await bed.pool.query(`begin; ${statements.join('; ')}; commit`);
  };
  const before = Array.from({ length: 6 }, () => signedVote(secret));
  const lost = Array.from({ length: 12 }, () => signedVote(secret));
  await withProcessor(async () => {
    await append(secret, before);
    await drained();
    await run(tables.map(table => `create table backup_${table} as select * from ${table}`));
    await append(secret, [...lost, ...before]);
    await drained();
    await run([
      ...tables.map(table => `delete from ${table}; insert into ${table} select * from backup_${table}`),
      // One partition as if the backup were from a time before its last take-over.
      'update progress set epoch = epoch - 1 where partition = 0',
    ]);
    expect(await outcomesOf(secret)).toEqual({ counted: 6 });
    await drained();
  });
  await run(tables.map(table => `drop table backup_${table}`));
  expect(await outcomesOf(secret)).toEqual({ counted: 18, duplicate: 6 });
  expect(await talliesOf(secret)).toEqual({ '*': 18, 'mayor-1': 18 });
}, 90_000);

test('two processors share the partitions; when one goes the other takes them over with a new epoch', async () => {
  const first = createLifecycle(bed.log);
  const second = createLifecycle(bed.log);
  const one = await bed.processor(first);
  const two = await bed.processor(second);
  await until(
    'both hold partitions',
    () => {
      const [a, b] = [one, two].map(({ owned }) => [...owned.partitions().keys()]);
      return a && b && a.length === 2 && b.length === 2 && new Set([...a, ...b]).size === PARTITIONS;
    },
    40_000,
  );
  const before = new Map([...one.owned.partitions(), ...two.owned.partitions()]);
  await append(
    secret,
    Array.from({ length: 20 }, () => signedVote(secret)),
  );
  await drained();
  await first.close();
  await until('the other holds them all', () => two.owned.partitions().size === PARTITIONS, 40_000);
  for (const [partition, epoch] of two.owned.partitions())
    expect(epoch > (before.get(partition) ?? 0n)).toBe(true);
  await append(
    secret,
    Array.from({ length: 20 }, () => signedVote(secret)),
  );
  await drained();
  await second.close();
  expect(await outcomesOf(secret)).toEqual({ counted: 40 });
}, 120_000);

test('a partition that another process has taken is taken again, and nothing is written under the old epoch', async () => {
  await withProcessor(async ({ owned }) => {
    await until('it holds all partitions', () => owned.partitions().size === PARTITIONS);
    const before = new Map(owned.partitions());
    await bed.pool.query('update progress set epoch = epoch + 1');
    await append(
      secret,
      Array.from({ length: 20 }, () => signedVote(secret)),
    );
    await drained();
    expect(
      [...owned.partitions()].some(([partition, epoch]) => epoch > (before.get(partition) ?? 0n) + 1n),
    ).toBe(true);
  });
  expect(await outcomesOf(secret)).toEqual({ counted: 20 });
}, 60_000);

test('a database restored from an earlier backup is filled again from the log', async () => {
  const votes = Array.from({ length: 12 }, () => signedVote(secret));
  await withProcessor(async () => {
    await append(secret, votes.slice(0, 4));
    await drained();
    const tables = ['votes', 'outcomes', 'superseded', 'tallies', 'intake', 'progress'];
    for (const table of tables) await bed.pool.query(`create table backup_${table} as table ${table}`);
    await append(secret, votes.slice(4, 8));
    await drained();
    await bed.pool.query(
      `begin; ${tables.map(table => `delete from ${table}; insert into ${table} table backup_${table}; drop table backup_${table};`).join(' ')} commit`,
    );
    // Without any new record: nobody may have to vote before the lost ones are counted again.
    await drained();
    await append(secret, votes.slice(8));
    await drained();
  });
  expect(await outcomesOf(secret)).toEqual({ counted: 12 });
  expect(await talliesOf(secret)).toEqual({ '*': 12, 'mayor-1': 12 });
}, 60_000);

test('for each partition the position is the sum of what was counted and what was not', async () => {
  const { rows } = await bed.pool.query<{ partition: number; sum: string; next: string }>(
    `select p.partition, p.next_offset as next,
       (select count(*) from votes v where v.partition = p.partition)
       + (select count(*) from outcomes o where o.partition = p.partition)
       + (select count(*) from superseded s where s.partition = p.partition) as sum
     from progress p order by 1`,
  );
  for (const { sum, next } of rows) expect(sum).toBe(next);
  expect(rows).toHaveLength(PARTITIONS);
});

test('a process that stands still in a transaction gives up its locks before a group session (10 s) ends', async () => {
  const own = createLifecycle(bed.log);
  const open = (application: string) =>
    openPool({ url: bed.databaseUrl, application, max: 1, statementMillis: 30_000 }, bed.log, own);
  const { promise: frozen, resolve: thaw } = Promise.withResolvers<void>();
  const { promise: locked, resolve: lock } = Promise.withResolvers<void>();
  const standing = inTransaction(open('standing'), 'begin', async client => {
    await client.query('select pg_advisory_xact_lock(7)');
    lock();
    await frozen;
    await client.query('select 1');
  });
  const ended = expect(standing).rejects.toThrow();
  await locked;
  const waiting = open('waiting');
  await waiting.query(`set statement_timeout = '9s'`);
  await waiting.query('select pg_advisory_lock(7)');
  thaw();
  await ended;
  await own.close();
}, 30_000);

test(
  'votes in partitions that are added while the processor runs are counted without a restart',
  () =>
    withProcessor(async () => {
      await append(secret, [signedVote(secret)]);
      await until('the first vote is counted', async () => (await outcomesOf(secret)).counted === 1);
      const admin = bed.kafka.admin();
      await admin.connect();
      const count = PARTITIONS + SHARDS;
      await admin.createPartitions({ topicPartitions: [{ topic: bed.topics.votes, count }] });
      await admin.disconnect();
      const vote = signedVote(secret);
      const partition = PARTITIONS + (partitionOf(secret, vote) % SHARDS);
      const value = Buffer.from(encodeVoteRecord(vote, 'ingestion-0'));
      await until('the new partition takes a vote', async () => {
        const fresh = bed.kafka.producer();
        await fresh.connect();
        await fresh.send({ topic: bed.topics.votes, acks: -1, messages: [{ value, partition }] });
        await fresh.disconnect();
        return true;
      });
      await until('that vote is counted', async () => (await outcomesOf(secret)).counted === 2, 30_000);
    }),
  90_000,
);
