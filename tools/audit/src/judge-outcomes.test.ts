import { expect, test } from '@jest/globals';
import type { OutcomeRow } from './rows.ts';
import { placeEntries, processEntries } from './testing/model-processor.ts';
import { changeRow, counted, isA, kindsOf, sound, spread, vote } from './testing/sound-world.ts';
import { council, judgeWorld } from './testing/world.ts';

test('a ballot key that is counted in two databases is counted twice', () => {
  const { world, databases } = sound();
  const row = databases[0]?.rows.find(counted);
  if (row) databases[1]?.rows.unshift(row);
  const kinds = judgeWorld(world).findings.byKind();
  expect(kinds).toMatchObject({ 'counted-twice': 1 });
  expect(kinds).not.toHaveProperty('extra-row');
});

test('two copies of one vote that are both counted are counted twice', () => {
  const { world, databases } = sound();
  const original = databases.flatMap(({ rows }) => rows).filter(counted);
  changeRow(
    databases,
    row => row.outcome === 'duplicate' && row.electionId === 'mayor',
    row => {
      const same = original.find(({ voteId }) => voteId?.equals(row.voteId ?? Buffer.alloc(0)));
      return { ...row, ...same, partition: row.partition, offset: row.offset };
    },
  );
  expect(judgeWorld(world).findings.byKind()).toMatchObject({ 'counted-twice': 1 });
});

test('a valid vote whose copies are all duplicates is not counted', () => {
  const { world, databases } = sound();
  changeRow(databases, counted, row => ({ ...row, outcome: 'duplicate', target: row.voteId }));
  expect(judgeWorld(world).findings.byKind()).toMatchObject({ 'not-counted': 1 });
});

test('a later revision that gave way to an older one is a wrong outcome', () => {
  const { world, databases } = sound();
  const older = databases.flatMap(({ rows }) => rows).find(isA('superseded'));
  changeRow(
    databases,
    row => counted(row) && row.revision === 2,
    row => ({ ...row, outcome: 'older-revision', target: older?.voteId ?? null }),
  );
  expect(kindsOf(world)).toEqual(expect.arrayContaining(['wrong-outcome', 'wrong-target']));
});

test('a valid vote that is rejected is a wrong outcome', () => {
  const { world, databases } = sound();
  changeRow(databases, isA('duplicate'), row => ({ ...row, outcome: 'rejected', code: 'token-invalid' }));
  expect(kindsOf(world)).toEqual(['wrong-outcome']);
});

test('a code that is not that of the first failing check is a wrong code', () => {
  const { world, databases } = sound();
  changeRow(databases, isA('rejected'), row => ({ ...row, code: 'salt-length' }));
  const { findings } = judgeWorld(world);
  expect(kindsOf(world)).toEqual(['wrong-code']);
  expect(findings.first()[0]?.message).toMatch(/rejected as salt-length, the first failing check is /);
});

test('an unreadable record that is not quarantined is a wrong outcome', () => {
  const { world, databases } = sound();
  changeRow(databases, isA('quarantined'), row => ({ ...row, outcome: 'rejected', code: 'internal' }));
  expect(kindsOf(world)).toEqual(['wrong-outcome']);
});

test('a valid vote that the database refuses is reported until it counts', () => {
  const { world, databases } = sound();
  const gone = changeRow(databases, counted, row => ({
    ...row,
    outcome: 'quarantined',
    code: 'database-refused',
    ballotKey: null,
    selections: null,
  }));
  const { findings } = judgeWorld(world);
  expect(findings.first()).toContainEqual(
    expect.objectContaining({ kind: 'database-refused', partition: gone.partition, offset: gone.offset }),
  );
});

test('an invalid record may be the duplicate of its counted vote, and of no other', () => {
  const late = (row: OutcomeRow) => row.code === 'election-closed';
  const copy = sound();
  changeRow(copy.databases, late, row => ({ ...row, outcome: 'duplicate', code: null, target: row.voteId }));
  expect(judgeWorld(copy.world).findings.first()).toEqual([]);
  const stranger = sound();
  const forged = (row: OutcomeRow) => row.code === 'token-invalid';
  changeRow(stranger.databases, forged, row => ({
    ...row,
    outcome: 'duplicate',
    code: null,
    target: row.voteId,
  }));
  expect(kindsOf(stranger.world)).toEqual(['wrong-outcome']);
});

test.each([
  ['token-invalid', 'counted-invalid'],
  ['election-closed', 'counted-out-of-time'],
] as const)('a record that fails with %s and is counted is found as %s', (code, kind) => {
  const { world, databases } = sound();
  changeRow(
    databases,
    row => row.code === code,
    row => ({ ...row, outcome: 'counted', code: null, revision: 0 }),
  );
  expect(kindsOf(world)).toContain(kind);
});

test('an invalid record that is a duplicate names the vote that it repeats', () => {
  const { world, databases } = sound();
  changeRow(
    databases,
    row => row.code === 'election-closed',
    row => ({ ...row, outcome: 'duplicate', code: null, target: null }),
  );
  expect(kindsOf(world)).toEqual(['wrong-target']);
});

test('a vote that gave way to one that is no later vote of its ballot key has a wrong target', () => {
  for (const outcome of ['superseded', 'older-revision', 'duplicate'] as const) {
    const { world, databases } = sound();
    changeRow(databases, isA(outcome), row => ({ ...row, target: Buffer.alloc(32, 9) }));
    expect(kindsOf(world)).toEqual(['wrong-target']);
  }
});

test('two votes signed for one revision of one voter are the registrar’s equivocation', () => {
  const log = placeEntries([
    vote({ voter: 2, election: council, choice: 0 }),
    vote({ voter: 2, election: council, choice: 1 }),
  ]);
  const databases = processEntries(log, { shards: spread.shards, databases: 1 });
  expect(kindsOf({ ...spread, log, databases })).toEqual(['registrar-equivocation']);
});

test('a vote that lies on the log thousands of times is judged like any other', () => {
  const copy = vote({ voter: 1 });
  const log = placeEntries(Array.from({ length: 5_000 }, () => copy));
  const databases = processEntries(log, { shards: spread.shards, databases: 1 });
  expect(kindsOf({ ...spread, log, databases })).toEqual([]);
  changeRow(databases, isA('duplicate'), row => ({ ...row, outcome: 'superseded' }));
  expect(kindsOf({ ...spread, log, databases })).toContain('wrong-outcome');
  changeRow(databases, counted, () => undefined);
  expect(kindsOf({ ...spread, log, databases })).toContain('missing-row');
});
