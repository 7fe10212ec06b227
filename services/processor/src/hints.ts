import { hash } from 'node:crypto';
import { beginnings, rememberLast } from '@suffrage/contracts/bytes';
import { encodeProgressNotice, type ProgressNotice } from '@suffrage/contracts/progress-notice';
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
  /** Tells aggregators what was committed. Never fails. */
  announce(notice: ProgressNotice): Promise<void>;
};

type Options = { readonly prefix: string; readonly channel: string; readonly seconds: number };

/** One command marks all: two thousand of their own cost the client ten times as much. */
const MARK_ALL = `for _, key in ipairs(KEYS) do redis.call('set', key, '', 'ex', ARGV[1]) end`;

/** One command each way for a whole batch. */
export function createHints(redis: Redis, { prefix, channel, seconds }: Options): Hints {
  const keyOf = (vote: Identified) => `${prefix}${markerHash(vote)}`;
  return {
    async lookUp(votes) {
      if (votes.length === 0 || redis.status !== 'ready') return votes.map(() => false);
      return redis.mget(votes.map(keyOf)).then(
        marks => votes.map((_, place) => typeof marks[place] === 'string'),
        () => votes.map(() => false),
      );
    },
    async mark(votes) {
      if (votes.length === 0 || redis.status !== 'ready') return;
      await redis.eval(MARK_ALL, votes.length, ...votes.map(keyOf), seconds).catch(() => undefined);
    },
    async announce(notice) {
      if (redis.status !== 'ready') return;
      await redis.publish(channel, encodeProgressNotice(notice)).catch(() => undefined);
    },
  };
}

/**
 * 132 bits of a hash over all that makes two votes the same: a key shows neither vote ID nor voter reference. Made when a vote
 * is asked for and again when it is marked: remembering it in between costs more.
 */
function markerHash({ electionId, ballotKey, voteId, revision }: Identified): string {
  let at = beginIdentity(`${electionId}\0${revision}\0`);
  identity.set(ballotKey, at);
  at += ballotKey.length;
  identity.set(voteId, at);
  at += voteId.length;
  return hash('sha256', identityOfLength(at), 'base64url').slice(0, MARKER_CHARACTERS);
}

const MARKER_CHARACTERS = 22;
/** Written anew for each vote: an election's ID has at most 63 bytes, a revision 10 digits, each of the others 32 bytes. */
const identity = Buffer.alloc(256);
const identityOfLength = beginnings(identity);
/** @returns where it ends; the next vote mostly begins with the same. */
const beginIdentity = rememberLast(text => identity.write(text));
