import { randomBytes } from 'node:crypto';
import { beforeEach, expect, test } from '@jest/globals';
import { signedVote, type TestElection } from '@suffrage/contracts/testing.node';
import { Redacted } from '@suffrage/contracts/redacted';
import { redisNames } from '@suffrage/contracts/topics';
import { voteIdOf } from '@suffrage/test/ballot';
import { until } from '@suffrage/test/poll';
import { readLog } from '@suffrage/test/read-log';
import { Redis } from 'ioredis';
import { PARTITIONS, idOf, partitionOf, processorBed } from '../test/processor-bed.ts';
import { createHints } from './hints.ts';

const DEAD_REDIS = 'redis://127.0.0.1:1';

const { bed, append, drained, outcomesOf, talliesOf, withProcessor, producer } = processorBed();
let secret: TestElection;

beforeEach(async () => {
  secret = await bed().publishElection();
});

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
  await producer().send({
    topic: bed().topics.votes,
    acks: -1,
    messages: [{ value: Buffer.from('noise'), partition }],
  });
  await append({ ...secret }, [{ ...vote, electionId: 'unheard-of' }]);
  // Text that PostgreSQL would refuse: it must not stop the partition.
  await append({ ...secret }, [{ ...vote, electionId: 'nul\0byte' }]);
  await withProcessor(drained);
  const { rows } = await bed().pool.query<{ what: string }>(
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
  await producer().send({
    topic: bed().topics.votes,
    acks: -1,
    messages: [{ value: planted, partition: 0 }],
  });
  await withProcessor(async () => {
    await drained();
    await until('the relay has told', async () => {
      const { rows } = await bed().pool.query('select 1 from outcomes where not relayed and outcome = $1', [
        'quarantined',
      ]);
      return rows.length === 0;
    });
  });
  const told = await readLog(bed().kafka, bed().topics.quarantine);
  expect(told.length).toBeGreaterThan(0);
  for (const { value } of told) {
    expect(value.toString()).not.toContain('planted');
    expect(JSON.parse(value.toString())).toMatchObject({ topic: bed().topics.votes, reason: 'unreadable' });
  }
}, 60_000);

test('only votes from opensAt up to closesAt are counted, by the record’s time', async () => {
  const now = Date.now();
  const timed = await bed().publishElection({
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
  const revote = await bed().publishElection({ mode: 'pseudonymous', revote: 'last' });
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

  const redis = new Redis(bed().redisUrl, { lazyConnect: true });
  await redis.connect();
  const names = redisNames(bed().namespace);
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
  const revote = await bed().publishElection({ mode: 'pseudonymous', revote: 'last' });
  const voterReference = randomBytes(32);
  const [first, second] = [1, 2].map(revision => signedVote(revote, { voterReference, revision }));
  if (!first || !second) throw new Error('two revisions');
  await append(revote, [first]);
  await withProcessor(drained);
  const redis = new Redis(bed().redisUrl, { lazyConnect: true });
  await redis.connect();
  const names = redisNames(bed().namespace);
  // As after a database was restored to a time before the second revision: Redis still remembers it.
  await createHints(redis, { prefix: names.hint, channel: names.progress, seconds: 600 }).mark([
    { electionId: idOf(revote), ballotKey: voterReference, voteId: voteIdOf(revote, second), revision: 2 },
  ]);
  redis.disconnect();
  await append(revote, [second, first]);
  await withProcessor(drained);
  expect(await outcomesOf(revote)).toEqual({ counted: 1, superseded: 1, duplicate: 1 });
  const { rows } = await bed().pool.query('select revision from votes where election_id = $1', [
    idOf(revote),
  ]);
  expect(rows).toEqual([{ revision: 2 }]);
}, 60_000);

test('for each partition the position is the sum of what was counted and what was not', async () => {
  const { rows } = await bed().pool.query<{ partition: number; sum: string; next: string }>(
    `select p.partition, p.next_offset as next,
       (select count(*) from votes v where v.partition = p.partition)
       + (select count(*) from outcomes o where o.partition = p.partition)
       + (select count(*) from superseded s where s.partition = p.partition) as sum
     from progress p order by 1`,
  );
  for (const { sum, next } of rows) expect(sum).toBe(next);
  expect(rows).toHaveLength(PARTITIONS);
});
