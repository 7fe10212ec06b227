import { expect, test } from '@jest/globals';
import { printReport } from './print-report.ts';
import { progressLine } from './progress.ts';
import { makeReport } from './report.ts';
import { makeEntry } from './testing/entries.ts';
import { placeEntries, processEntries } from './testing/model-processor.ts';
import { judgeWorld, mayor, plainSigner } from './testing/world.ts';

const shape = { partitions: 2, shards: 1 };

function world(voters: number, copies: number) {
  const vote = (voter: number, lane: number, spoil?: 'token') =>
    makeEntry({
      ...shape,
      election: mayor,
      signer: plainSigner,
      revision: 0,
      choice: 0,
      instance: 'a',
      voter,
      lane,
      spoil,
    });
  const log = placeEntries([
    ...Array.from({ length: voters }, (_, voter) => vote(voter, voter)),
    ...Array.from({ length: copies }, (_, voter) => vote(voter, voter)),
    vote(voters, 0, 'token'),
  ]);
  return { ...shape, log, databases: processEntries(log, { shards: 1, databases: 1 }) };
}

const about = { topic: 'votes', startedAt: '2026-05-07T23:00:00.000Z', seconds: 1.5 };

test('the table is aligned and the verdict adds up', () => {
  const report = makeReport(judgeWorld(world(1_200, 30)), about);
  expect(report).toMatchObject({ balances: true, votes: { mayor: 1_200 }, databases: ['database-0'] });
  expect(printReport(report, { partitions: true })).toBe(
    `Audit of topic votes: 2 partitions, 1 shard, 1 database

records              1,231
  counted            1,200
  superseded             0
  older-revision         0
  duplicate             30
  rejected               1
    token-invalid        1
  quarantined            0
  missing                0
  not yet processed      0
extra                    0
different                0

partition  records  counted  superseded  older  duplicate  rejected  quarantined  missing  extra  different  lag
0              616      600           0      0         15         1            0        0      0          0    0
1              615      600           0      0         15         0            0        0      0          0    0

Receipts: none supplied, so nothing is said of INV-1 (acknowledged votes are on the log) and INV-8
Published: not compared, so nothing is said of what an aggregator shows
Issued: no signed count of the registrar supplied, so nothing is said of how many tokens were given
Actions: no record of managers supplied, so nothing is said of INV-14

The audit balances: 1,231 records = 1,200 counted + 31 not counted; 0 findings
`,
  );
});

test('what is claimed of issued tokens is said', () => {
  const issued = { mayor: { issued: 100, exact: true }, council: { issued: 200, exact: false, roll: 300 } };
  const report = makeReport(judgeWorld(world(5, 0)), { ...about, issued });
  expect(printReport(report, { partitions: false })).toContain(
    "\nIssued: 2 of 2 elections with the registrar's signed count, 1 of them exact; counted ≤ issued ≤ roll is claimed for these\n",
  );
});

test('elections whose record of managers was not supplied are named, up to five', () => {
  const supplied = { ...about, actions: { mayor: 5, council: 2 } };
  const claimOf = (actionsUnchecked: string[]) =>
    printReport(makeReport(judgeWorld(world(5, 0)), { ...supplied, actionsUnchecked }), {
      partitions: false,
    });
  const claim = 'Actions: the record of 2 elections supplied (7 actions); INV-14 is claimed for these';
  expect(claimOf([])).toContain(`${claim}\n`);
  expect(claimOf(['a', 'b'])).toContain(`${claim}, not for 2 others: a, b\n`);
  expect(claimOf('abcdef'.split(''))).toContain(`${claim}, not for 6 others: a, b, c, d, e, …\n`);
});

test('what is wrong is listed with its invariant and its place, and no more than a hundred of it', () => {
  const broken = world(150, 0);
  broken.databases[0]?.rows.splice(0, 120);
  const text = printReport(makeReport(judgeWorld(broken), about), { partitions: false });
  expect(text).toMatch(/\nThe audit does not balance: 12\d findings \(.*120 missing-row.*\)\n/);
  expect(text).toMatch(
    /\n {2}INV-2 missing-row: the record has no outcome \[partition 0, offset 0, election mayor, vote ID [0-9a-f]{64}, database database-0\]\n/,
  );
  expect(text).toMatch(/\n {2}and 2\d more\n$/);
  expect(text.split('\n').filter(line => line.startsWith('  INV-'))).toHaveLength(100);
});

test('progress shows how much of the log is read', () => {
  expect(progressLine({ stage: 'reading the log', done: 5_000, total: 10_000 })).toBe(
    'reading the log [###############...............] 5,000 of 10,000',
  );
  expect(progressLine({ stage: 'reading the databases', done: 1_000 })).toBe('reading the databases: 1,000');
});
