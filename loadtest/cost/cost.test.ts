import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { costOf } from './model.ts';
import { type Measured, readMeasured } from './measured.ts';
import { PRICE_LIST, readPrices } from './prices.ts';

const measured: Measured = {
  cpu: { ingestionRest: 120, ingestionGrpcMany: 90, processor: 100, broker: 10, postgres: 40, redis: 6 },
  logBytes: 500,
  walBytes: 300,
};
const prices = readPrices(PRICE_LIST);
const wish = { rate: 250_000, votes: 300_000_000, transport: 'rest' } as const;
const valueOf = (what: string, cost = costOf(wish, measured, prices)) =>
  cost.lines.find(line => line.what === what)?.value;

test('pods follow from the rate, the measured CPU and the assumed share', () => {
  // 250,000/s × 120 µs = 30 cores of work, at 60 % busy 50 vCPU, in pods of one.
  expect(valueOf('ingestion vCPU')).toBeCloseTo(50);
  expect(valueOf('ingestion pods')).toBe(50);
  expect(valueOf('processor pods')).toBe(42);
  expect(valueOf('partitions')).toBe(84);
  // 250,000/s × 40 µs ÷ 0.6 = 16.7 vCPU: one more than one writer has.
  expect(valueOf('shards')).toBe(2);
});

test('the log is stored as often as it has replicas', () => {
  expect(valueOf('log stored')).toBeCloseTo(450);
});

test('the total is the sum of its lines, and a million votes cost their share of an hour', () => {
  const cost = costOf(wish, measured, prices);
  const sum = cost.lines.reduce((dollars, line) => dollars + (line.dollarsPerHour ?? 0), 0);
  expect(cost.dollarsPerHour).toBeCloseTo(sum);
  expect(cost.dollarsPerMillionVotes * 900).toBeCloseTo(sum);
});

test('what costs more CPU costs more, and brokers come in threes', () => {
  const dearer = costOf(wish, { ...measured, cpu: { ...measured.cpu, broker: 200 } }, prices);
  expect(dearer.dollarsPerHour).toBeGreaterThan(costOf(wish, measured, prices).dollarsPerHour);
  expect(Number(valueOf('brokers', dearer)) % 3).toBe(0);
});

test('without a benchmark, or with half of one, it says what to do', () => {
  expect(() => readMeasured('/nowhere/bench.json')).toThrow('run make bench first');
  const directory = mkdtempSync(join(tmpdir(), 'suffrage-cost-'));
  const file = join(directory, 'bench.json');
  writeFileSync(file, JSON.stringify({ summary: { cpuMicrosPerVote: null }, cells: {} }));
  expect(() => readMeasured(file)).toThrow('run make bench whole');
  rmSync(directory, { recursive: true });
});
