import { expect, test } from '@jest/globals';
import { findingKinds } from './findings.ts';
import { changeRow, counted, isA, sound } from './testing/sound-world.ts';
import { judgeWorld } from './testing/world.ts';

test('what a processor wrote balances, with every outcome in it', () => {
  const { world, databases } = sound();
  expect(judgeWorld(world).findings.first()).toEqual([]);
  const outcomes = new Set(databases.flatMap(({ rows }) => rows.map(({ outcome }) => outcome)));
  expect([...outcomes].toSorted()).toEqual([
    'counted',
    'duplicate',
    'older-revision',
    'quarantined',
    'rejected',
    'superseded',
  ]);
});

test('a counted vote that is taken out of the database is a missing row and breaks tallies and progress', () => {
  const { world, databases } = sound();
  const gone = changeRow(databases, counted, () => undefined);
  const { findings } = judgeWorld(world);
  expect(findings.first()[1]).toMatchObject({
    kind: 'missing-row',
    invariant: 'INV-2',
    partition: gone.partition,
    offset: gone.offset,
    voteId: gone.voteId?.toString('hex'),
  });
  expect(Object.keys(findings.byKind()).toSorted()).toEqual([
    'missing-row',
    'wrong-intake',
    'wrong-progress',
    'wrong-tally',
  ]);
});

test.each(['counted', 'superseded', 'duplicate', 'older-revision', 'rejected', 'quarantined'] as const)(
  'a record whose %s row is taken away is missing',
  outcome => {
    const { world, databases } = sound();
    const gone = changeRow(databases, isA(outcome), () => undefined);
    const missing = judgeWorld(world)
      .findings.first()
      .find(({ kind }) => kind === 'missing-row');
    expect(missing).toMatchObject({ partition: gone.partition, offset: gone.offset });
  },
);

test('a vote that no record on the log carries is an extra row', () => {
  const { world, databases } = sound();
  changeRow(databases, counted, (row, database) => {
    database.rows.push({ ...row, offset: 999, voteId: Buffer.alloc(32, 7), ballotKey: Buffer.alloc(32, 7) });
    return row;
  });
  const { findings } = judgeWorld(world);
  expect(findings.byKind()).toMatchObject({ 'extra-row': 1 });
  expect(findings.first()).toContainEqual(
    expect.objectContaining({ kind: 'extra-row', offset: 999, voteId: '07'.repeat(32) }),
  );
});

test.each(['first', 'last'])(
  'an invented vote at the position of a refused record is an extra row (read %s)',
  when => {
    const { world, databases } = sound();
    const database = databases.find(({ rows }) => rows.some(isA('rejected')));
    const row = database?.rows.find(isA('rejected'));
    if (!database || !row) throw new Error('there is a rejected record');
    const id = Buffer.alloc(32, 7);
    const invented = { ...row, outcome: 'counted', code: null, voteId: id, ballotKey: id } as const;
    database.rows = when === 'first' ? [invented, ...database.rows] : [...database.rows, invented];
    const { findings } = judgeWorld(world);
    expect(findings.byKind()).toMatchObject({ 'extra-row': 1 });
    expect(findings.byKind()).not.toHaveProperty('missing-row');
  },
);

test('a counted row that names the position of another record has a wrong position, and nothing is missing', () => {
  const { world, databases } = sound();
  const rows = databases[0]?.rows.filter(counted) ?? [];
  const [moved, other] = rows;
  changeRow(
    databases,
    row => row === moved,
    row => ({ ...row, offset: other?.offset ?? -1, partition: other?.partition ?? -1 }),
  );
  const { findings } = judgeWorld(world);
  expect(findings.byKind()).toMatchObject({ 'wrong-position': 1 });
  expect(findings.byKind()).not.toHaveProperty('missing-row');
  expect(findings.first().find(({ kind }) => kind === 'wrong-position')?.message).toContain(
    `partition ${moved?.partition}, offset ${moved?.offset}`,
  );
});

test.each([
  ['selections', { selections: Buffer.from([0, 1, 0, 2, 0, 1, 0, 2]) }],
  ['ballot key', { ballotKey: Buffer.alloc(32, 9) }],
  ['timestamp', { castAt: 1 }],
  ['revision', { revision: 9 }],
  ['election', { electionId: 'council' }],
] as const)('a counted row whose %s is not the record’s is wrong content', (name, change) => {
  const { world, databases } = sound();
  changeRow(
    databases,
    row => counted(row) && row.electionId === 'mayor',
    row => ({ ...row, ...change }),
  );
  const wrong = judgeWorld(world)
    .findings.first()
    .find(({ kind }) => kind === 'wrong-content');
  expect(wrong?.message).toContain(name);
});

test('a vote ID that was altered in place is wrong content, not a missing row', () => {
  const { world, databases } = sound();
  changeRow(databases, counted, row => ({ ...row, voteId: Buffer.alloc(32, 9) }));
  const kinds = judgeWorld(world).findings.byKind();
  expect(kinds).toMatchObject({ 'wrong-content': 1 });
  expect(kinds).not.toHaveProperty('missing-row');
});

test('each kind of finding names an invariant', () => {
  for (const { invariant } of Object.values(findingKinds)) expect(invariant).toMatch(/^INV-\d+$/);
});

test('all findings are counted, the first ones are listed', () => {
  const { world, databases } = sound();
  for (const database of databases) {
    const [row] = database.rows;
    database.rows = row ? Array.from({ length: 80 }, (_, place) => ({ ...row, offset: 1_000 + place })) : [];
  }
  const { findings } = judgeWorld(world);
  expect(findings.total()).toBeGreaterThan(160);
  expect(findings.first()).toHaveLength(100);
});
