import { expect, test } from '@jest/globals';
import { type Snapshot, snapshotSchema } from '@suffrage/contracts/results';
import fc from 'fast-check';
import { ballot, knownElection } from '../test/definitions.ts';
import {
  isDue,
  mustRead,
  REPUBLISH_MILLIS,
  type ShardReading,
  shouldPublish,
  takeSnapshots,
} from './snapshot.ts';

const AS_OF = Date.parse('2026-05-07T12:00:00.000Z');
const EMPTY: ShardReading = { tallies: [], intake: [], progress: [] };

function take(shards: readonly ShardReading[], ...elections: ReturnType<typeof knownElection>[]): Snapshot[] {
  return takeSnapshots(elections, shards, AS_OF);
}

test('an election without votes has all its options at zero, in ballot order', () => {
  const [snapshot] = take(
    [EMPTY],
    knownElection('council', ballot({ mayor: ['zoe', 'ann'], budget: ['yes', 'no'] })),
  );
  expect(snapshotSchema.parse(snapshot)).toEqual({
    electionId: 'council',
    version: 0,
    counted: 0,
    contests: [
      {
        id: 'mayor',
        options: [
          { id: 'zoe', votes: 0 },
          { id: 'ann', votes: 0 },
        ],
      },
      {
        id: 'budget',
        options: [
          { id: 'yes', votes: 0 },
          { id: 'no', votes: 0 },
        ],
      },
    ],
    ingestion: [],
    asOf: '2026-05-07T12:00:00.000Z',
    provisional: true,
  });
});

test('tallies and intake are sums over shards, each election on its own', () => {
  const row = (electionId: string, contest: string, option: string, votes: number) => ({
    electionId,
    contest,
    option,
    votes,
  });
  const shards: ShardReading[] = [
    {
      tallies: [
        row('a', '*', '*', 3),
        row('a', 'mayor', 'ann', 3),
        row('b', '*', '*', 9),
        row('b', 'mayor', 'ann', 9),
      ],
      intake: [{ electionId: 'a', instance: 'pod-2', votes: 3 }],
      progress: [{ topic: 'votes', partition: 0, nextOffset: 12, requeued: 1 }],
    },
    {
      tallies: [row('a', '*', '*', 1), row('a', 'mayor', 'ann', -1), row('a', 'mayor', 'zoe', 2)],
      intake: [
        { electionId: 'a', instance: 'pod-2', votes: 1 },
        { electionId: 'a', instance: 'pod-1', votes: 4 },
      ],
      progress: [{ topic: 'votes', partition: 1, nextOffset: 5, requeued: 0 }],
    },
  ];
  const [a, b] = take(
    shards,
    knownElection('a', ballot({ mayor: ['zoe', 'ann'] })),
    knownElection('b', ballot({ mayor: ['ann'] })),
  );
  expect(a).toMatchObject({
    version: 18,
    counted: 4,
    contests: [
      {
        id: 'mayor',
        options: [
          { id: 'zoe', votes: 2 },
          { id: 'ann', votes: 2 },
        ],
      },
    ],
    ingestion: [
      { instance: 'pod-1', votes: 4 },
      { instance: 'pod-2', votes: 4 },
    ],
  });
  expect(b).toMatchObject({
    version: 18,
    counted: 9,
    contests: [{ id: 'mayor', options: [{ id: 'ann', votes: 9 }] }],
  });
});

test('results that the policy hides are null until the election is closed', () => {
  const hidden = knownElection('a', { ...ballot({ mayor: ['ann'] }), resultsPolicy: 'after-close' });
  expect(take([EMPTY], hidden)[0]).toMatchObject({ contests: null, provisional: true });
  const [after] = take([EMPTY], { ...hidden, closed: true });
  expect(after?.contests).toHaveLength(1);
  expect(after?.provisional).toBe(false);
});

const snapshot: fc.Arbitrary<Snapshot> = fc.record({
  electionId: fc.constant('a'),
  version: fc.nat({ max: 3 }),
  counted: fc.nat(),
  contests: fc.constant(null),
  ingestion: fc.constant<Snapshot['ingestion']>([]),
  asOf: fc.nat({ max: 20_000 }).map(millis => new Date(AS_OF + millis).toISOString()),
  provisional: fc.boolean(),
});

test('published versions never go back and final results never become provisional, whatever is offered', () => {
  fc.assert(
    fc.property(fc.array(snapshot), offered => {
      let last: Snapshot | undefined;
      for (const candidate of offered) {
        if (!shouldPublish(candidate, last)) continue;
        expect(candidate.version).toBeGreaterThanOrEqual(last?.version ?? 0);
        if (last && !last.provisional) expect(candidate.provisional).toBe(false);
        if (last?.version === candidate.version && last.provisional === candidate.provisional) {
          expect(Date.parse(candidate.asOf) - Date.parse(last.asOf)).toBeGreaterThanOrEqual(REPUBLISH_MILLIS);
        }
        last = candidate;
      }
    }),
  );
});

test('a newer version is always published while provisional, and a store that lost its data is filled', () => {
  fc.assert(
    fc.property(snapshot, snapshot, (candidate, last) => {
      expect(shouldPublish(candidate, undefined)).toBe(true);
      const newer = { ...candidate, version: last.version + 1 };
      expect(shouldPublish(newer, { ...last, provisional: true })).toBe(true);
    }),
  );
});

test('the snapshot that becomes final is published at once though its version is the same', () => {
  const [last] = take([EMPTY], knownElection('a', ballot({ mayor: ['ann'] })));
  const [final] = take([EMPTY], { ...knownElection('a', ballot({ mayor: ['ann'] })), closed: true });
  expect(final && shouldPublish(final, last)).toBe(true);
});

test('a closed election is read again only to be republished', () => {
  const open = knownElection('a', ballot({ mayor: ['ann'] }));
  const closed = { ...open, closed: true };
  const [final] = take([EMPTY], closed);
  expect(isDue(open, final, AS_OF)).toBe(true);
  expect(isDue(closed, undefined, AS_OF)).toBe(true);
  expect(isDue(closed, final, AS_OF + REPUBLISH_MILLIS - 1)).toBe(false);
  expect(isDue(closed, final, AS_OF + REPUBLISH_MILLIS)).toBe(true);
});

test('a replica that is not elected reads for itself only while the relay is away or silent', () => {
  const relayed = { elected: false, relayConnected: true, millisSinceRelayed: 0, intervalMillis: 1000 };
  expect(mustRead(relayed)).toBe(false);
  expect(mustRead({ ...relayed, elected: true })).toBe(true);
  expect(mustRead({ ...relayed, relayConnected: false })).toBe(true);
  expect(mustRead({ ...relayed, millisSinceRelayed: 12_000 })).toBe(false);
  expect(mustRead({ ...relayed, millisSinceRelayed: 12_001 })).toBe(true);
  expect(mustRead({ ...relayed, millisSinceRelayed: Number.POSITIVE_INFINITY })).toBe(true);
});

/** Votes for mayor and budget, as the tallies of one shard. */
function threshold(closed: boolean, counted: number, ...votes: readonly (readonly number[])[]) {
  const fields = { ...ballot({ mayor: ['ann', 'ben', 'zoe'], budget: ['yes', 'no'] }), privacyThreshold: 5 };
  const election = { ...knownElection('small', fields), closed };
  const tallies = election.definition.contests.flatMap(({ id, options }, place) =>
    options.map((option, index) => ({
      electionId: 'small',
      contest: id,
      option: option.id,
      votes: votes[place]?.[index] ?? 0,
    })),
  );
  const all = { electionId: 'small', contest: '*', option: '*', votes: counted };
  return take([{ ...EMPTY, tallies: [...tallies, all] }], election)[0];
}

test('below the privacy threshold no total of an election is shown, also after the closing', () => {
  expect(threshold(false, 4, [4, 0, 0], [4, 0])).toMatchObject({ counted: 4, contests: null });
  expect(threshold(true, 4, [4, 0, 0], [4, 0])).toMatchObject({ counted: 4, contests: null });
  expect(threshold(true, 5, [5, 0, 0], [1, 4])?.contests).toHaveLength(2);
});

test('a single option below the privacy threshold hides all live totals, so that no difference gives it away', () => {
  expect(threshold(false, 30, [21, 5, 4], [10, 20])?.contests).toBeNull();
  expect(threshold(false, 31, [21, 5, 5], [10, 21])?.contests).toHaveLength(2);
});

test('whatever live totals are shown, none of them is below the privacy threshold, and none is missing', () => {
  const votes = fc.array(fc.nat(12), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(votes, votes, (mayor, budget) => {
      const counted = mayor.reduce((sum, option) => sum + option, 0);
      const contests = threshold(false, counted, mayor, budget)?.contests;
      const shown = contests?.flatMap(({ options }) => options.map(option => option.votes)) ?? [];
      expect(shown.every(option => option >= 5)).toBe(true);
      expect([0, 5]).toContain(shown.length);
    }),
  );
});
