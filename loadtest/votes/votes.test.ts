import { mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { prepareElection } from '@suffrage/contracts/ballot';
import { toBase64url } from '@suffrage/contracts/bytes';
import { verifyVote } from '@suffrage/contracts/check-vote';
import { createTokenVerifier } from '@suffrage/contracts/verify-token.node';
import { castVoteBody, fromCastVoteBody, markBallot } from '@suffrage/contracts/vote-request';
import { completeDefinition, type LoadElection, loadElection } from './load-election.ts';
import { makeVote } from './make-vote.ts';
import { readBodies, type VotesOptions, votesFile } from './votes-file.ts';

// Threads take seconds to start where other tests have all cores.
jest.setTimeout(60_000);

const HOUR_MILLIS = 3_600_000;
const verifier = createTokenVerifier();

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'suffrage-votes-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const small = (more: Partial<VotesOptions> = {}) =>
  votesFile({ mode: 'pseudonymous', seed: 7, votesPerVoter: 1, votes: 25, directory, threads: 1, ...more });

/** What ingestion does with a body. Gives vote ID and ballot key. */
function accept(load: LoadElection, body: unknown) {
  const definition = completeDefinition(load, {
    opensAt: new Date(Date.now() - HOUR_MILLIS),
    closesAt: new Date(Date.now() + HOUR_MILLIS),
    receiptKeys: [load.publishedTokenKey],
  });
  const election = prepareElection(definition);
  const request = fromCastVoteBody(load.id, castVoteBody.parse(body));
  if ('ok' in request) throw new Error(request.code);
  const marked = markBallot(election, request);
  if (!marked.ok) throw new Error(marked.code);
  const verified = verifyVote(election, marked.vote, verifier);
  if (!verified.ok) throw new Error(verified.code);
  return {
    voteId: toBase64url(verified.voteId),
    ballotKey: toBase64url(verified.ballotKey),
    vote: marked.vote,
  };
}

describe.each(['secret', 'pseudonymous'] as const)('votes of a %s election', mode => {
  test('each is accepted by the checks of ingestion, and no two are one voter’s', async () => {
    const file = await small({ mode });
    const accepted = (await readBodies(file, 0, 100)).map(body =>
      accept(file.load, JSON.parse(String(body))),
    );
    expect(accepted).toHaveLength(25);
    expect(new Set(accepted.map(({ voteId }) => voteId)).size).toBe(25);
    expect(new Set(accepted.map(({ ballotKey }) => ballotKey)).size).toBe(25);
  });

  test('a choice that was altered afterwards is refused', () => {
    const load = loadElection({ mode, seed: 7, votesPerVoter: 1 });
    const body = makeVote(load, 0);
    const other = body.selections.mayor?.includes('mayor-1') ? 'mayor-2' : 'mayor-1';
    expect(() => accept(load, { ...body, selections: { mayor: [other] } })).toThrow('token-invalid');
  });
});

test('the same seed gives the same bytes, whatever the number of votes and of threads', async () => {
  const few = await small({ mode: 'secret', votes: 5 });
  const more = await small({ mode: 'secret', votes: 1_200, threads: 2 });
  const bytes = readFileSync(more.path);
  expect(bytes.subarray(0, few.manifest.bytes)).toEqual(readFileSync(few.path));
  expect(bytes.length).toBe(more.manifest.lineBytes * 1_200);
});

test('another seed gives another key and other votes', () => {
  const [one, two] = [1, 2].map(seed => loadElection({ mode: 'secret', seed, votesPerVoter: 1 }));
  if (!one || !two) throw new Error('two elections');
  expect(one.tokenKeyId).not.toEqual(two.tokenKeyId);
  expect(makeVote(one, 0).salt).not.toBe(makeVote(two, 0).salt);
  expect(() => accept(two, makeVote(one, 0))).toThrow('token-key-unknown');
});

test('a whole file is taken from the cache, half a file is made again', async () => {
  const made = await small();
  let signed = 0;
  const onProgress = () => {
    signed += 1;
  };
  expect(await small({ onProgress })).toMatchObject({ path: made.path, manifest: made.manifest });
  expect(signed).toBe(0);
  truncateSync(made.path, 100);
  expect(await small({ onProgress })).toMatchObject({ manifest: made.manifest });
  expect(signed).toBe(1);
});

test('conflicting votes of one voter are valid, share the ballot key, and differ in revision or choice', async () => {
  const file = await small({ votesPerVoter: 4, votes: 40 });
  const accepted = (await readBodies(file, 0, 40)).map(body => accept(file.load, JSON.parse(String(body))));
  const voters = Map.groupBy(accepted, ({ ballotKey }) => ballotKey);
  expect(voters.size).toBe(10);
  for (const votes of voters.values()) {
    expect(votes.map(({ vote }) => vote.revision).toSorted()).toEqual([1, 1, 2, 2]);
    expect(new Set(votes.map(({ voteId }) => voteId)).size).toBe(4);
  }
  const orders = [...voters.values()].map(votes => votes.map(({ vote }) => vote.revision).join(''));
  expect(new Set(orders).size).toBeGreaterThan(1);
});

test('several votes of one voter are refused where nobody knows whose a vote is', () => {
  expect(() => loadElection({ mode: 'secret', seed: 1, votesPerVoter: 2 })).toThrow('pseudonymous');
});
