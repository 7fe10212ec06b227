import { expect, test } from '@jest/globals';
import { CastVoteRequest, CastVotesRequest } from './generated/suffrage/v1/vote_service.ts';
import { splitVotes } from './split-votes.ts';

const vote = (electionId: string): CastVoteRequest => ({
  electionId,
  selections: [{ contestId: 'mayor', optionIds: ['mayor-1'] }],
  salt: new Uint8Array(32),
  token: new Uint8Array(256),
  tokenKeyId: new Uint8Array(32),
  revision: 0,
  voterReference: new Uint8Array(0),
});

test('votes come apart as they were put together, with fields of later versions between them', () => {
  const votes = ['first', '', 'third'].map(vote);
  const encoded = votes.map(each => CastVotesRequest.encode({ votes: [each] }).finish());
  const later = [
    Buffer.from('1001', 'hex'),
    Buffer.from('1a03aabbcc', 'hex'),
    Buffer.from('23080124', 'hex'),
  ];
  const message = Buffer.concat(encoded.flatMap((each, place) => [each, later[place] ?? Buffer.alloc(0)]));
  expect(splitVotes(message, 3).map(each => CastVoteRequest.decode(each))).toEqual(votes);
  expect(splitVotes(new Uint8Array(), 3)).toEqual([]);
});

test('of a million empty votes in one message no more are looked at than one above the limit', () => {
  const million = Buffer.alloc(2 * 1024 * 1024, Buffer.from([0x0a, 0x00]));
  expect(splitVotes(million, 1_000).length).toBe(1_001);
});

test('what is cut off or no message is said to be so', () => {
  for (const hex of ['0aff', '0a05aabb', '00', '0c', '0a']) {
    expect(() => splitVotes(Buffer.from(hex, 'hex'), 3)).toThrow();
  }
});
