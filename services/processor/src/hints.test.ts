import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { createHints } from './hints.ts';

const bytes = (value: number) => new Uint8Array(32).fill(value);
const votes = [
  { electionId: 'mayor', ballotKey: bytes(1), voteId: bytes(1), revision: 0 },
  { electionId: 'mayor', ballotKey: bytes(2), voteId: bytes(2), revision: 0 },
  { electionId: 'council-of-the-town', ballotKey: bytes(3), voteId: bytes(4), revision: 12 },
  { electionId: 'mayor', ballotKey: bytes(3), voteId: bytes(4), revision: 1 },
  { electionId: 'mayor', ballotKey: bytes(1), voteId: bytes(1), revision: 0 },
];

test('a key is the hash of all that makes two votes the same, whatever was asked for before', async () => {
  const asked: string[][] = [];
  // Only what is called here.
  const redis = {
    status: 'ready',
    mget: async (keys: string[]) => {
      asked.push(keys);
      return keys.map(() => null);
    },
  } as unknown as Redis;
  await createHints(redis, { prefix: 'hint:', channel: 'progress', seconds: 60 }).lookUp(votes);
  const expected = votes.map(({ electionId, ballotKey, voteId, revision }) => {
    const identity = Buffer.concat([Buffer.from(`${electionId}\0${revision}\0`), ballotKey, voteId]);
    return `hint:${createHash('sha256').update(identity).digest('base64url').slice(0, 22)}`;
  });
  expect(asked).toEqual([expected]);
});
