import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Identified } from './decide.ts';

/**
 * What Redis remembers of counted votes. Only a hint: a marker sends the record to PostgreSQL for confirmation, a
 * missing one sends it through verification. Redis away, empty or lying changes no count.
 */
export type Hints = {
  /** For each vote whether it looks counted; all false when Redis does not answer. */
  lookUp(votes: readonly Identified[]): Promise<readonly boolean[]>;
  /** Marks votes as counted. Only after their transaction has committed. Never fails. */
  mark(votes: readonly Identified[]): Promise<void>;
  /** Tells aggregators that something was committed. Never fails. */
  announce(): Promise<void>;
};

type Options = { readonly prefix: string; readonly channel: string; readonly seconds: number };

/** Commands issued together leave in one round trip per node (ioredis groups them, in a Redis Cluster by slot). */
export function createHints(redis: Redis, { prefix, channel, seconds }: Options): Hints {
  const keyOf = (vote: Identified) => `${prefix}${markerHash(vote)}`;
  return {
    async lookUp(votes) {
      if (redis.status !== 'ready') return votes.map(() => false);
      const answers = await Promise.allSettled(votes.map(vote => redis.exists(keyOf(vote))));
      return answers.map(answer => answer.status === 'fulfilled' && answer.value === 1);
    },
    async mark(votes) {
      if (redis.status !== 'ready') return;
      await Promise.allSettled(votes.map(vote => redis.set(keyOf(vote), '', 'EX', seconds)));
    },
    async announce() {
      if (redis.status === 'ready') await redis.publish(channel, '').catch(() => undefined);
    },
  };
}

/** 16 bytes of a hash over all that makes two votes the same: a key shows neither vote ID nor voter reference. */
function markerHash({ electionId, ballotKey, voteId, revision }: Identified): string {
  const hash = createHash('sha256').update(electionId).update('\0').update(ballotKey).update(voteId);
  return hash.update(String(revision)).digest().subarray(0, 16).toString('base64url');
}
