import { createHash } from 'node:crypto';
import { encodeSelections } from '@suffrage/contracts/selections';
import { testElection } from '@suffrage/contracts/testing.node';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Candidate,
  candidateKey,
  compareVotes,
  type Judged,
  planBatch,
  settleConflict,
} from './decide.ts';
import { ALL, tallyChanges } from './tally.ts';

const { election } = testElection({ mode: 'pseudonymous', revote: 'last' });
const electionId = election.definition.id;
const find = () => election;
const bytes = (text: string) => createHash('sha256').update(text).digest();

/** One of a few voters with one of a few revisions and choices, so that copies, ties and revisions all occur. */
const anyVote = fc.record({
  voter: fc.integer({ max: 4, min: 0 }),
  revision: fc.integer({ min: 1, max: 3 }),
  mark: fc.integer({ min: 0, max: 2 }),
});

function candidate(
  { voter, revision, mark }: { voter: number; revision: number; mark: number },
  offset: number,
): Candidate {
  return {
    offset: BigInt(offset),
    timestamp: 0,
    electionId,
    voteId: bytes(`${voter} ${revision} ${mark}`),
    ballotKey: bytes(`voter ${voter}`),
    revision,
    selections: encodeSelections([[mark], []]),
    instance: 'i',
  };
}
const valid = (one: Candidate): Judged => ({ kind: 'valid', candidate: one });

/** What the store does with a plan, over a map: insert, settle conflicts, tally. */
function count(batches: readonly (readonly Candidate[])[]) {
  const votes = new Map<string, Candidate>();
  const tallies = new Map<string, number>();
  let accounted = 0;
  let superseded = 0;
  for (const batch of batches) {
    const plan = planBatch(batch.map(valid));
    const counted: Candidate[] = [];
    const replaced: Candidate[] = [];
    accounted += plan.notCounted.length;
    for (const one of plan.candidates) {
      const current = votes.get(candidateKey(one));
      if (current && settleConflict(one, current) !== 'supersedes') {
        accounted += 1;
        continue;
      }
      if (current) replaced.push(current);
      votes.set(candidateKey(one), one);
      counted.push(one);
    }
    accounted += counted.length;
    superseded += replaced.length;
    for (const { contest, option, votes: by } of tallyChanges(find, counted, replaced)) {
      tallies.set(`${contest}/${option}`, (tallies.get(`${contest}/${option}`) ?? 0) + by);
    }
  }
  for (const [key, value] of tallies) if (value === 0) tallies.delete(key);
  const winners = [...votes.values()].map(vote => `${candidateKey(vote)} ${vote.voteId.toString()}`);
  return {
    winners: winners.toSorted(),
    tallies: Object.fromEntries([...tallies].toSorted()),
    accounted,
    superseded,
  };
}

function cut<T>(items: readonly T[], sizes: readonly number[]): T[][] {
  const batches: T[][] = [];
  for (let at = 0, i = 0; at < items.length; i += 1) {
    const size = sizes[i % sizes.length] ?? 1;
    batches.push(items.slice(at, at + size));
    at += size;
  }
  return batches;
}

test('winners and tallies do not depend on order, batching or redelivery', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 });
  const shuffled = fc
    .array(anyVote, { maxLength: 25 })
    .chain(votes =>
      fc.tuple(
        fc.constant(votes),
        fc.shuffledSubarray([...votes, ...votes], { minLength: votes.length * 2 }),
      ),
    );
  fc.assert(
    fc.property(shuffled, sizes, sizes, ([votes, again], first, second) => {
      const once = count(cut(votes.map(candidate), first));
      const twice = count(cut(again.map(candidate), second));
      expect(twice.winners).toEqual(once.winners);
      expect(twice.tallies).toEqual(once.tallies);
      expect(once.accounted).toBe(votes.length);
      expect(twice.accounted).toBe(again.length);
    }),
    { numRuns: 500 },
  );
});

test('the tally of all votes is the number of ballot keys', () => {
  fc.assert(
    fc.property(fc.array(anyVote, { minLength: 1, maxLength: 20 }), votes => {
      const { tallies, winners } = count([votes.map(candidate)]);
      expect(tallies[`${ALL}/${ALL}`]).toBe(winners.length);
    }),
  );
});

test('within a batch every record is either the candidate of its ballot key or has an outcome', () => {
  fc.assert(
    fc.property(fc.array(anyVote, { maxLength: 30 }), votes => {
      const { candidates, notCounted } = planBatch(votes.map(candidate).map(valid));
      const offsets = [...candidates, ...notCounted]
        .map(({ offset }) => Number(offset))
        .toSorted((a, b) => a - b);
      expect(offsets).toEqual(votes.map((_, i) => i));
      expect(new Set(candidates.map(candidateKey)).size).toBe(candidates.length);
    }),
  );
});

test('candidates leave in primary-key order', () => {
  const votes = Array.from({ length: 40 }, (_, i) => candidate({ voter: i, revision: 1, mark: 0 }, i));
  const keys = planBatch(votes.map(valid)).candidates.map(({ ballotKey }) => Buffer.from(ballotKey));
  expect(keys).toEqual(keys.toSorted((a, b) => Buffer.compare(a, b)));
});

test('the greater revision wins, at equal revisions the greater vote ID, and an equal vote is a duplicate', () => {
  const old = candidate({ voter: 1, revision: 1, mark: 0 }, 0);
  const newer = candidate({ voter: 1, revision: 2, mark: 1 }, 1);
  const tie = candidate({ voter: 1, revision: 1, mark: 1 }, 2);
  expect(settleConflict(newer, old)).toBe('supersedes');
  expect(settleConflict(old, newer)).toMatchObject({ outcome: 'older-revision', gaveWayTo: newer.voteId });
  expect(settleConflict(old, old)).toMatchObject({ outcome: 'duplicate', gaveWayTo: old.voteId });
  expect(Math.sign(compareVotes(old, tie))).toBe(Math.sign(Buffer.compare(old.voteId, tie.voteId)));
});

test('of equal copies the first on the log is the one that counts', () => {
  const copies = [4, 5, 6].map(offset => candidate({ voter: 1, revision: 1, mark: 0 }, offset));
  const { candidates, notCounted } = planBatch(copies.map(valid));
  expect(candidates.map(({ offset }) => offset)).toEqual([4n]);
  expect(notCounted.map(({ outcome }) => outcome)).toEqual(['duplicate', 'duplicate']);
});

test('records that were not counted keep their reason', () => {
  const at = { offset: 9n, timestamp: 1 };
  const voteId = bytes('x');
  const { notCounted } = planBatch([
    { kind: 'unreadable', ...at },
    { kind: 'refused', ...at, electionId, voteId, code: 'token-invalid' },
    { kind: 'already-counted', ...at, electionId, voteId },
    { kind: 'database-refused', ...at, electionId, voteId, record: Uint8Array.of(1) },
  ]);
  expect(notCounted.map(({ outcome, code }) => `${outcome} ${code}`)).toEqual([
    'quarantined unreadable',
    'rejected token-invalid',
    'duplicate null',
    'quarantined database-refused',
  ]);
  expect(notCounted.at(-1)?.retry).toEqual({ record: Uint8Array.of(1), timestamp: 1 });
});

test('a tally change that sums to nothing is no row', () => {
  const same = { electionId, selections: encodeSelections([[1], []]) };
  expect(tallyChanges(find, [same], [same])).toEqual([]);
  expect(() => tallyChanges(find, [{ electionId, selections: Uint8Array.of(9) }], [])).toThrow(
    'does not fit',
  );
});
