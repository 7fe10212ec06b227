import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { mutants } from './mutants.ts';
import { printFailure, printSummary, type Summary } from './print-summary.ts';
import { readSettings, usage } from './settings.ts';
import { simulate } from './simulate.ts';

const directory = mkdtempSync(join(tmpdir(), 'suffrage-simulate-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function run(...args: string[]) {
  const main = join(import.meta.dirname, 'main.ts');
  return spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', timeout: 60_000 });
}

test('the command runs seeds, prints a table and writes the figures', () => {
  const json = join(directory, 'simulate.json');
  const { status, stdout, stderr } = run('--seeds', '3', '--start', '5', '--jobs', '1', '--json', json);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('3 (5 to 7)');
  expect(stdout).toContain('Every invariant held.');
  expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({
    seeds: 3,
    seedStart: 5,
    failed: [],
    mutants: [],
  });
}, 60_000);

test('arguments that can not be used are refused with a remedy and status 2', () => {
  const { status, stderr } = run('--seeds', 'many');
  expect(status).toBe(2);
  expect(stderr).toContain('--seeds many: give a whole number');
}, 60_000);

test('--help says what there is', () => {
  expect(readSettings(['--help'])).toBe('help');
  for (const option of ['--seeds', '--start', '--mutants', '--trace', '--jobs', '--json']) {
    expect(usage).toContain(option);
  }
});

test('a failing seed is printed with its invariant, the end of its trace and the command that repeats it', async () => {
  const failing = await simulate(2, mutants[3]);
  expect(failing.failures.length).toBeGreaterThan(0);
  const text = printFailure(failing, { trace: false });
  expect(text).toContain('Seed 2 failed:\n  INV-1 ');
  expect(text).toContain('again: make simulate SEEDS=1 SEED_START=2 TRACE=1');
  expect(text).toContain(failing.trace.at(-1));
  expect(text).not.toContain(failing.trace[0]);
  expect(printFailure(failing, { trace: true })).toContain(failing.trace[0]);
}, 30_000);

test('a mutant that is not found is a failure of the simulation', () => {
  const summary: Summary = {
    command: 'make simulate',
    startedAt: '2026-01-01T00:00:00.000Z',
    machine: { cpus: 2, model: 'a processor', memoryGiB: 24, node: 'v24' },
    seeds: 10,
    seedStart: 1,
    seconds: 1,
    cpuSeconds: 1,
    events: 0,
    crashes: 0,
    votes: 0,
    acknowledged: 0,
    records: 0,
    failed: [],
    faults: {},
    mutants: [{ name: 'no fence', seed: null, invariants: [] }],
  };
  expect(printSummary(summary)).toMatch(/no fence {2,}NOT FOUND/);
  expect(printSummary(summary)).toContain('proves too little');
});
