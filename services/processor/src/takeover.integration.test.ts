import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { signedVote, type TestElection } from '@suffrage/contracts/testing.node';
import { encodeVoteRecord } from '@suffrage/contracts/vote';
import { createLifecycle } from '@suffrage/runtime/lifecycle';
import { migrate } from '@suffrage/runtime/postgres/migrate';
import { inTransaction, openPool } from '@suffrage/runtime/postgres/pool';
import { until } from '@suffrage/test/poll';
import { startTcpProxy } from '@suffrage/test/tcp-proxy';
import { PARTITIONS, SHARDS, partitionOf, processorBed } from '../test/processor-bed.ts';

const { bed, append, drained, outcomesOf, talliesOf, withProcessor } = processorBed();
let secret: TestElection;

beforeEach(async () => {
  secret = await bed().publishElection();
});

test('a database that was restored to an earlier time is filled again from the log, though no new vote arrives', async () => {
  const tables = ['votes', 'outcomes', 'superseded', 'tallies', 'intake', 'progress'];
  const run = async (statements: readonly string[]) => {
    await bed().pool.query(`begin; ${statements.join('; ')}; commit`);
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
  const first = createLifecycle(bed().log);
  const second = createLifecycle(bed().log);
  const one = await bed().processor(first);
  const two = await bed().processor(second);
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
    await bed().pool.query('update progress set epoch = epoch + 1');
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
    for (const table of tables) await bed().pool.query(`create table backup_${table} as table ${table}`);
    await append(secret, votes.slice(4, 8));
    await drained();
    await bed().pool.query(
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

test('whoever migrated a database has closed the connection to it', async () => {
  const { databaseUrl, log } = bed();
  const url = new URL(databaseUrl);
  const untouched = (pass: Buffer) => ({ pass });
  const proxy = await startTcpProxy({ listen: 0, target: Number(url.port) }, () => ({
    toServer: untouched,
    toClient: untouched,
  }));
  url.port = String(proxy.port);
  await migrate(url.href, join(import.meta.dirname, '../migrations'), log);
  expect(proxy.resetAll()).toBe(0);
  await proxy.close();
}, 30_000);

test('a process that stands still in a transaction gives up its locks before a group session (10 s) ends', async () => {
  const own = createLifecycle(bed().log);
  const open = (application: string) =>
    openPool({ url: bed().databaseUrl, application, max: 1, statementMillis: 30_000 }, bed().log, own);
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
      const admin = bed().kafka.admin();
      await admin.connect();
      const count = PARTITIONS + SHARDS;
      await admin.createPartitions({ topicPartitions: [{ topic: bed().topics.votes, count }] });
      await admin.disconnect();
      const vote = signedVote(secret);
      const partition = PARTITIONS + (partitionOf(secret, vote) % SHARDS);
      const value = Buffer.from(encodeVoteRecord(vote, 'ingestion-0'));
      await until('the new partition takes a vote', async () => {
        const fresh = bed().kafka.producer();
        await fresh.connect();
        await fresh.send({ topic: bed().topics.votes, acks: -1, messages: [{ value, partition }] });
        await fresh.disconnect();
        return true;
      });
      await until('that vote is counted', async () => (await outcomesOf(secret)).counted === 2, 30_000);
    }),
  90_000,
);
