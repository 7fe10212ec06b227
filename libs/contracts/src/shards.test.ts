import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isShardCount, partitionsOfShard, replicaAssignment, shardOf, shardOfPartition } from './shards.ts';

test('only powers of two up to 256 are numbers of shards', () => {
  expect([0, 1, 2, 3, 4, 6, 8, 256, 512, 1.5, -2].filter(isShardCount)).toEqual([1, 2, 4, 8, 256]);
});

test('a ballot key stays in its shard when partitions are added', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.constantFrom(1, 2, 4, 8),
      (key, shards) => {
        const shard = shardOf(key, shards);
        const before = partitionsOfShard(shard, shards, shards * 2);
        const after = partitionsOfShard(shard, shards, shards * 8);
        expect(after.slice(0, before.length)).toEqual(before);
        for (const partition of after) expect(shardOfPartition(partition, shards)).toBe(shard);
      },
    ),
  );
});

test('ballot keys spread over all shards', () => {
  const seen = new Set(Array.from({ length: 500 }, () => shardOf(randomBytes(32), 8)));
  expect(seen.size).toBe(8);
});

test('each shard has leaders on several brokers, and no broker holds a partition twice', () => {
  const [shards, brokers, replication] = [4, 3, 3];
  for (let shard = 0; shard < shards; shard += 1) {
    const assignments = partitionsOfShard(shard, shards, 32).map(p =>
      replicaAssignment(p, shards, brokers, replication),
    );
    expect(new Set(assignments.map(([leader]) => leader)).size).toBe(brokers);
    for (const replicas of assignments) expect(new Set(replicas).size).toBe(replication);
  }
});
