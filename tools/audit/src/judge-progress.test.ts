import { expect, test } from '@jest/globals';
import { processEntries } from './testing/model-processor.ts';
import { kindsOf, sound, spread } from './testing/sound-world.ts';
import { judgeWorld } from './testing/world.ts';

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

test('a vote in a partition of another shard is found, processed or not', () => {
  const { world, log } = sound();
  const moved = log.map(entry => ({ ...entry, partition: (entry.partition + 1) % 4 }));
  const kinds = judgeWorld({ ...world, log: moved, databases: [] }).findings.byKind();
  expect(kinds).toEqual({ 'wrong-shard': log.filter(({ truth }) => truth.kind === 'valid').length });
});
