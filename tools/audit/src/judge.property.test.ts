import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Entry, makeEntry, type Spoiling } from './testing/entries.ts';
import { placeEntries, processEntries } from './testing/model-processor.ts';
import { council, judgeWorld, mayor, plainSigner, type World } from './testing/world.ts';

const vote = fc.record({
  secret: fc.boolean(),
  voter: fc.nat(4),
  revision: fc.integer({ min: 1, max: 3 }),
  choice: fc.nat(2),
  instance: fc.constantFrom('ingestion-0', 'ingestion-1'),
  lane: fc.nat(3),
  wait: fc.nat(5),
  spoil: fc.option(fc.constantFrom<Spoiling>('token', 'selections', 'late', 'election', 'bytes'), {
    nil: undefined,
    freq: 4,
  }),
});

const shape = fc.constantFrom(
  { partitions: 1, shards: 1, databases: 1 },
  { partitions: 4, shards: 1, databases: 1 },
  { partitions: 4, shards: 2, databases: 1 },
  { partitions: 4, shards: 2, databases: 2 },
  { partitions: 4, shards: 4, databases: 3 },
);

/** Any votes, in any order between partitions, processed to any point. */
const world = fc
  .record({
    votes: fc.array(vote, { maxLength: 40 }),
    shape,
    seed: fc.infiniteStream(fc.nat(1_000)),
    lag: fc.nat(3),
  })
  .map(({ votes, shape: { databases, ...log }, seed, lag }): World => {
    const entries = votes.map(({ secret, wait, revision, choice, ...options }): Entry => {
      const election = secret ? mayor : council;
      return makeEntry({
        ...options,
        ...log,
        election,
        signer: plainSigner,
        castAt: election.opensAt + wait,
        revision: secret ? 0 : revision,
        // One vote for each voter and revision: two would be the registrar's fault.
        choice: secret ? choice : (options.voter + revision) % 3,
      });
    });
    const placed = placeEntries(entries);
    const waiting = placed.toSorted((a, b) => a.offset - b.offset);
    const order = [];
    while (waiting.length > 0) {
      const partition = waiting[(seed.next().value ?? 0) % waiting.length]?.partition;
      order.push(
        ...waiting.splice(
          waiting.findIndex(entry => entry.partition === partition),
          1,
        ),
      );
    }
    const processed = order.slice(0, Math.max(0, order.length - lag));
    return { ...log, log: placed, databases: processEntries(processed, { shards: log.shards, databases }) };
  });

test('whatever was cast, repeated or spoilt, in whatever order it was processed: it balances', () => {
  fc.assert(
    fc.property(world, given => {
      const { findings } = judgeWorld(given);
      expect(findings.first()).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('a row that is taken away, wherever it lay, is a missing row', () => {
  fc.assert(
    fc.property(world, fc.nat(), (given, pick) => {
      const rows = given.databases.flatMap(database => database.rows.map(row => ({ database, row })));
      fc.pre(rows.length > 0);
      const planted = rows[pick % rows.length];
      planted?.database.rows.splice(planted.database.rows.indexOf(planted.row), 1);
      expect(judgeWorld(given).findings.byKind()).toMatchObject({ 'missing-row': 1 });
    }),
  );
});

test('a row that is there twice is never overlooked', () => {
  fc.assert(
    fc.property(world, fc.nat(), fc.nat(), (given, pick, into) => {
      const rows = given.databases.flatMap(({ rows: own }) => own);
      const row = rows[pick % rows.length];
      fc.pre(row !== undefined);
      given.databases[into % given.databases.length]?.rows.push({ ...row });
      const { findings } = judgeWorld(given);
      const found = findings.byKind();
      expect((found['extra-row'] ?? 0) + (found['counted-twice'] ?? 0)).toBe(1);
    }),
  );
});

test('an outcome that is exchanged for another is always found', () => {
  const outcome = fc.constantFrom('older-revision', 'duplicate', 'rejected', 'quarantined');
  fc.assert(
    fc.property(world, fc.nat(), outcome, (given, pick, other) => {
      const places = given.databases.flatMap(database =>
        database.rows.map((row, place) => ({ database, row, place })),
      );
      const planted = places[pick % places.length];
      fc.pre(planted !== undefined && planted.row.outcome !== other);
      // Both are allowed for a vote that came after a later revision and before another copy of itself.
      fc.pre(!(planted.row.outcome === 'older-revision' && other === 'duplicate'));
      fc.pre(!(planted.row.outcome === 'duplicate' && other === 'older-revision'));
      planted.database.rows[planted.place] = {
        ...planted.row,
        outcome: other,
        code: other === 'rejected' ? 'internal' : null,
      };
      expect(judgeWorld(given).findings.total()).toBeGreaterThan(0);
    }),
  );
});

test('a tally, an intake or a position that is off by one is always found', () => {
  fc.assert(
    fc.property(world, fc.nat(), fc.constantFrom('tallies', 'intake', 'progress'), (given, pick, table) => {
      const database = given.databases.find(({ [table]: rows }) => rows.length > 0);
      fc.pre(database !== undefined);
      const kind = { tallies: 'wrong-tally', intake: 'wrong-intake', progress: 'wrong-progress' } as const;
      if (table === 'progress') {
        const row = database.progress[pick % database.progress.length];
        if (row) database.progress[pick % database.progress.length] = { ...row, counted: row.counted + 1 };
      } else {
        const row = database[table][pick % database[table].length];
        if (row) row.votes += 1;
      }
      expect(judgeWorld(given).findings.byKind()[kind[table]]).toBeGreaterThan(0);
    }),
  );
});
