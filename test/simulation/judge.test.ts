import { beforeAll, expect, test } from '@jest/globals';
import type { Tables } from './fakes/tables.ts';
import { copyTables } from './fakes/tables.ts';
import { type Evidence, judge } from './judge.ts';
import { play } from './simulate.ts';

let sound: Evidence;

beforeAll(async () => {
  sound = (await play(4)).evidence;
  expect(sound.ledger.acknowledged.length).toBeGreaterThan(0);
}, 30_000);

const invariants = (evidence: Evidence) => new Set(judge(evidence).map(({ invariant }) => invariant));

function changed(change: (tables: Tables) => void): Evidence {
  const databases = sound.databases.map(({ name, tables }) => ({ name, tables: copyTables(tables) }));
  const [first] = databases;
  if (first) change(first.tables);
  return { ...sound, databases };
}

function firstOf<K, V>(map: Map<K, V>): [K, V] {
  const [entry] = map;
  if (!entry) throw new Error('this seed has no such row');
  return entry;
}

test('a world at rest is sound', () => {
  expect(judge(sound)).toEqual([]);
});

test('an acknowledged vote that the log has lost breaks INV-1', () => {
  const { log } = sound;
  expect(invariants({ ...sound, log: { ...log, end: () => 0, records: () => [] } })).toContain('INV-1');
});

test('a receipt for another place breaks INV-1', () => {
  const [first, ...others] = sound.ledger.acknowledged;
  if (!first) throw new Error('this seed has no receipt');
  const moved = { ...first, receipt: { ...first.receipt, offset: '999' } };
  const ledger = { ...sound.ledger, acknowledged: [moved, ...others] };
  expect(invariants({ ...sound, ledger })).toEqual(new Set(['INV-1']));
});

test('a counted vote that vanishes breaks INV-2', () => {
  const found = invariants(changed(({ votes }) => votes.delete(firstOf(votes)[0])));
  expect(found).toContain('INV-2');
});

test('a vote that is counted twice breaks INV-4', () => {
  const found = invariants(
    changed(({ votes }) => {
      const [, row] = firstOf(votes);
      votes.set('once more', { ...row, offset: row.offset + 1_000n });
    }),
  );
  expect(found).toContain('INV-4');
});

test('a tally that is off by one breaks INV-5', () => {
  const found = invariants(
    changed(({ tallies }) => {
      const [key, row] = firstOf(tallies);
      tallies.set(key, { ...row, votes: row.votes + 1 });
    }),
  );
  expect(found).toEqual(new Set(['INV-5']));
});

test('a position that is off by one breaks INV-7', () => {
  const found = invariants(
    changed(({ progress }) => {
      const [key, row] = firstOf(progress);
      progress.set(key, { ...row, counted: row.counted + 1 });
    }),
  );
  expect(found).toEqual(new Set(['INV-7']));
});

test('a vote on the log that was only ever refused breaks INV-3', () => {
  const ledger = { ...sound.ledger, wasOnlyRefused: () => true };
  expect(invariants({ ...sound, ledger })).toEqual(new Set(['INV-3']));
});

test('a vote that was said to be on a disk and is not on the log breaks INV-1, unless its election has closed', () => {
  const [vote] = sound.plan.votes.filter(({ castAfter }) => castAfter.length > 0);
  if (!vote) throw new Error('a vote is planned');
  const { definition } = vote.ballot.vote.election;
  const strange = { ...vote.ballot.vote, voteId: new Uint8Array(32) };
  const kept = [{ ...vote, ballot: { ...vote.ballot, vote: strange } }];
  const ledger = { ...sound.ledger, kept };
  const closesAt = sound.book.find(definition.id)?.closesAt ?? 0;
  const broken = new Set(['INV-1']);
  expect(invariants({ ...sound, ledger, endedAt: closesAt - 60_000 })).toEqual(broken);
  expect(invariants({ ...sound, ledger, endedAt: closesAt })).toEqual(new Set());
});

test('an acknowledged vote that is rejected for its time breaks INV-9', () => {
  const found = invariants(
    changed(({ votes, outcomes }) => {
      for (const [key, { partition, offset, electionId, voteId }] of votes) {
        votes.delete(key);
        outcomes.set(`${partition}/${offset}`, {
          partition,
          offset,
          electionId,
          voteId,
          outcome: 'rejected',
          code: 'election-closed',
          gaveWayTo: null,
          retry: null,
        });
      }
    }),
  );
  expect(found).toContain('INV-9');
});
