import { sha256 } from '#hash';

/** The first byte of a hash chooses the shard, so there can be no more than 256. */
export const MAX_SHARDS = 256;

export function isShardCount(shards: number): boolean {
  return Number.isInteger(shards) && shards >= 1 && shards <= MAX_SHARDS && (shards & (shards - 1)) === 0;
}

/** What may be counted at most once per election: the vote ID (`secret`) or the voter reference (`pseudonymous`). */
export function ballotKey(voteId: Uint8Array, voterReference: Uint8Array): Uint8Array {
  return voterReference.length === 0 ? voteId : voterReference;
}

/** First byte of SHA-256(ballot key) mod shards: equal ballot keys always meet in one shard. */
export function shardOf(key: Uint8Array, shards: number): number {
  if (shards === 1) return 0;
  return (sha256(key)[0] ?? 0) % shards;
}

/** Partition `p` belongs to shard `p mod shards` for as long as the topic lives. */
export function shardOfPartition(partition: number, shards: number): number {
  return partition % shards;
}

export function partitionsOfShard(shard: number, shards: number, partitions: number): number[] {
  return Array.from({ length: partitions }, (_, p) => p).filter(p => shardOfPartition(p, shards) === shard);
}

/**
 * Brokers (as indexes into the list sorted by id) that hold `partition`, preferred leader first: the leader is
 * `(p + floor(p / shards)) mod brokers`, so that each shard has leaders on several brokers; followers come next in turn.
 */
export function replicaAssignment(
  partition: number,
  shards: number,
  brokers: number,
  replication: number,
): number[] {
  const leader = (partition + Math.floor(partition / shards)) % brokers;
  return Array.from({ length: replication }, (_, i) => (leader + i) % brokers);
}
