import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';

// Each run is a process of its own.
jest.setTimeout(60_000);

const example = join(import.meta.dirname, '../../../examples/election.json');
const main = join(import.meta.dirname, 'main.ts');
const scratch = mkdtempSync(join(tmpdir(), 'suffrage-election-'));
const token = join(scratch, 'token');

let bed: Testbed;
let url: string;

beforeAll(async () => {
  bed = await openTestbed({ partitions: 1 });
  ({ url } = await bed.registrar());
  writeFileSync(token, 'manager-token\n');
}, 60_000);

afterAll(async () => {
  rmSync(scratch, { recursive: true });
  await bed.close();
}, 60_000);

async function run(...args: readonly string[]) {
  const child = spawn(process.execPath, [main, ...args, '--registrar', url, '--token-file', token]);
  let output = '';
  child.stdout.on('data', data => (output += String(data)));
  child.stderr.on('data', data => (output += String(data)));
  const status = await new Promise(resolve => child.on('close', resolve));
  return { status, output };
}

function changed(change: object): string {
  const file = join(scratch, 'changed.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(example, 'utf8')), ...change }));
  return file;
}

test('the example becomes a scheduled election, its wall times those of its zone', async () => {
  const { status, output } = await run(example, '--publish');
  expect([status, output]).toEqual([0, expect.stringContaining('2027-05-06T07:00:00+02:00')]);
  const found = await fetch(`${url}/v1/elections/village-2027`);
  expect(await found.json()).toMatchObject({
    phase: 'scheduled',
    definition: { opensAt: '2027-05-06T05:00:00.000Z', closesAt: '2027-05-06T18:00:00.000Z' },
  });
  expect(await run(example)).toMatchObject({ status: 1, output: expect.stringContaining('election-exists') });
});

test('a file with mistakes is refused with what is wrong and where, before anybody is asked', async () => {
  const [skipped, repeated] = ['2027-03-28T02:30', '2027-10-31T02:30'];
  for (const [change, message] of [
    [{ opensAt: skipped }, 'opensAt: clocks in Europe/Vienna skip 2027-03-28T02:30'],
    [{ closesAt: repeated }, 'write 2027-10-31T00:30:00.000Z or 2027-10-31T01:30:00.000Z'],
    [{ closesAt: 'noon' }, 'closesAt: must be an instant'],
    [{ surprise: 1 }, 'surprise'],
    [{ mode: 'open' }, 'mode: '],
  ] as const)
    expect(await run(changed(change))).toMatchObject({ status: 2, output: expect.stringContaining(message) });
  expect(await run(join(scratch, 'nowhere.json'))).toMatchObject({ status: 2 });
});
