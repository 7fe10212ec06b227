import { expect, test } from '@jest/globals';
import { type FindingKind, findingKinds } from './findings.ts';
import type { OutcomeRow } from './read-database.ts';
import { makeEntry, type VoteOptions } from './testing/entries.ts';
import {
  type ModelDatabase,
  type PlacedEntry,
  placeEntries,
  processEntries,
} from './testing/model-processor.ts';
import { council, judgeWorld, mayor, plainSigner, type World } from './testing/world.ts';

const common = { signer: plainSigner, instance: 'ingestion-0', choice: 1, lane: 0 };
const spread = { partitions: 4, shards: 2 };

function vote(options: Partial<VoteOptions> & Pick<VoteOptions, 'voter'>) {
  const election = options.election ?? mayor;
  const revision = election === mayor ? 0 : 1;
  return makeEntry({ ...common, ...spread, election, revision, ...options });
}

/** Five voters in a secret election, a revised vote in a pseudonymous one, copies and what must be refused. */
function sound(): { world: World; databases: ModelDatabase[]; log: PlacedEntry[] } {
  const log = placeEntries([
    ...[1, 2, 3, 4, 5].map(voter => vote({ voter, lane: voter })),
    vote({ voter: 1, lane: 0 }),
    vote({ voter: 2, election: council }),
    vote({ voter: 2, election: council, lane: 1 }),
    vote({ voter: 2, election: council, revision: 2, instance: 'ingestion-1' }),
    vote({ voter: 2, election: council, lane: 1 }),
    vote({ voter: 6, spoil: 'token' }),
    vote({ voter: 7, spoil: 'bytes' }),
    vote({ voter: 3, lane: 3, spoil: 'late' }),
  ]);
  const databases = processEntries(log, { shards: spread.shards, databases: 2 });
  return { world: { ...spread, log, databases }, databases, log };
}

type Change = (row: OutcomeRow, database: ModelDatabase) => OutcomeRow | undefined;

/** Changes the first row that `match` accepts; `undefined` takes it away. */
function changeRow(
  databases: readonly ModelDatabase[],
  match: (row: OutcomeRow) => boolean,
  change: Change,
): OutcomeRow {
  for (const database of databases) {
    const place = database.rows.findIndex(match);
    const row = database.rows[place];
    if (!row) continue;
    const changed = change(row, database);
    database.rows.splice(place, 1, ...(changed ? [changed] : []));
    return row;
  }
  throw new Error('no row matches');
}

const isA = (outcome: OutcomeRow['outcome']) => (row: OutcomeRow) => row.outcome === outcome;
const counted = isA('counted');
const kindsOf = (world: World) => Object.keys(judgeWorld(world).findings.byKind()) as FindingKind[];

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

test('a row beyond next_offset is an extra row, the record itself is not yet processed', () => {
  const { log } = sound();
  const databases = processEntries(log, { shards: spread.shards, databases: 2 });
  const shorter = processEntries(log.slice(0, -1), { shards: spread.shards, databases: 2 });
  for (const [place, database] of databases.entries()) database.progress = shorter[place]?.progress ?? [];
  expect(judgeWorld({ ...spread, log, databases }).findings.byKind()).toEqual({ 'extra-row': 1 });
});

test('records that wait for the processor are no finding', () => {
  const { log } = sound();
  const databases = processEntries(log.slice(0, 4), { shards: spread.shards, databases: 2 });
  expect(judgeWorld({ ...spread, log, databases }).findings.total()).toBe(0);
});

test('a tally that differs from its votes is found with both numbers', () => {
  const { world, databases } = sound();
  const tally = databases[0]?.tallies.find(({ contest }) => contest === 'first');
  if (tally) tally.votes += 1;
  const { findings } = judgeWorld(world);
  expect(findings.byKind()).toEqual({ 'wrong-tally': 1 });
  expect(findings.first()[0]?.message).toMatch(/contest first, option . says \d+, the votes say \d+/);
});

test('a tally of an option that nobody marked, and a missing tally, are found', () => {
  const { world, databases } = sound();
  databases[0]?.tallies.push({ electionId: 'mayor', contest: 'first', option: 'nobody', votes: 1 });
  databases[0]?.tallies.shift();
  expect(judgeWorld(world).findings.byKind()).toEqual({ 'wrong-tally': 2 });
});

test('an intake that the log does not confirm is found', () => {
  const { world, databases } = sound();
  const intake = databases[0]?.intake[0];
  if (intake) intake.votes -= 1;
  expect(judgeWorld(world).findings.byKind()).toEqual({ 'wrong-intake': 1 });
});

test('an offset that the log does not hold is a gap', () => {
  const { world, log } = sound();
  const { findings } = judgeWorld(world, entry => entry === log[10]);
  const { partition, offset } = log[10] ?? {};
  expect(findings.first()).toEqual([
    {
      kind: 'offset-gap',
      invariant: 'INV-7',
      message: `offset ${offset} is not on the log`,
      partition,
      offset,
    },
  ]);
});

test('progress beyond the end of the log is found', () => {
  const { world, databases } = sound();
  const row = databases[0]?.progress[0];
  if (row)
    databases[0]?.progress.splice(0, 1, { ...row, nextOffset: row.nextOffset + 1, counted: row.counted + 1 });
  expect(judgeWorld(world).findings.byKind()).toEqual({ 'beyond-log': 1, 'wrong-progress': 1 });
});

test('progress that was moved on without its records leaves missing rows', () => {
  const { log } = sound();
  const databases = processEntries(log.slice(0, -1), { shards: spread.shards, databases: 2 });
  const whole = processEntries(log, { shards: spread.shards, databases: 2 });
  for (const [place, database] of databases.entries()) database.progress = whole[place]?.progress ?? [];
  expect(judgeWorld({ ...spread, log, databases }).findings.byKind()).toEqual({
    'missing-row': 1,
    'wrong-progress': 1,
  });
});

test('progress whose sum is not its offset is found', () => {
  const { world, databases } = sound();
  const row = databases[0]?.progress[0];
  if (row) databases[0]?.progress.splice(0, 1, { ...row, notCounted: row.notCounted + 1 });
  expect(kindsOf(world)).toEqual(['wrong-progress']);
});

test('a partition that two databases process is found', () => {
  const { world, databases } = sound();
  const row = databases[0]?.progress[0];
  if (row) databases[1]?.progress.push({ ...row, nextOffset: 1, counted: 1, notCounted: 0 });
  expect(kindsOf(world)).toEqual(['partition-in-two-databases']);
});

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

test('a vote that gave way to one that is no later vote of its ballot key has a wrong target', () => {
  for (const outcome of ['superseded', 'older-revision', 'duplicate'] as const) {
    const { world, databases } = sound();
    changeRow(databases, isA(outcome), row => ({ ...row, target: Buffer.alloc(32, 9) }));
    expect(kindsOf(world)).toEqual(['wrong-target']);
  }
});

test('a vote in a partition of another shard is found, processed or not', () => {
  const { world, log } = sound();
  const moved = log.map(entry => ({ ...entry, partition: (entry.partition + 1) % 4 }));
  const kinds = judgeWorld({ ...world, log: moved, databases: [] }).findings.byKind();
  expect(kinds).toEqual({ 'wrong-shard': log.filter(({ truth }) => truth.kind === 'valid').length });
});

test('two votes signed for one revision of one voter are the registrar’s equivocation', () => {
  const log = placeEntries([
    vote({ voter: 2, election: council, choice: 0 }),
    vote({ voter: 2, election: council, choice: 1 }),
  ]);
  const databases = processEntries(log, { shards: spread.shards, databases: 1 });
  expect(kindsOf({ ...spread, log, databases })).toEqual(['registrar-equivocation']);
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
