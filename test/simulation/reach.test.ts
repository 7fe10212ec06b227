import { expect, test } from '@jest/globals';
import { ingestionMetrics } from './ingestion-process.ts';
import { processorMetrics } from './processor-process.ts';
import { simulate } from './simulate.ts';

const SEEDS = 20;

/** The values of a metric's label that have been counted. */
async function reached(
  metric: {
    get(): Promise<{ values: { value: number; labels: Partial<Record<string, string | number>> }[] }>;
  },
  label: string,
): Promise<Set<unknown>> {
  const { values } = await metric.get();
  return new Set(values.filter(({ value }) => value > 0).map(({ labels }) => labels[label]));
}

test('a few seeds reach what only happens when things go wrong: a simulation of fair weather would prove nothing', async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) await simulate(seed);
  const outcomes = await reached(processorMetrics.records, 'outcome');
  expect(outcomes).toEqual(new Set(['counted', 'duplicate', 'older-revision', 'rejected', 'quarantined']));
  const interruptions = await reached(processorMetrics.interruptions, 'reason');
  for (const reason of ['fenced', 'database', 'fault']) expect(interruptions).toContain(reason);
  const batches = await reached(ingestionMetrics.batches, 'result');
  expect(batches).toEqual(new Set(['confirmed', 'hedged', 'failed']));
  const kept = await reached(ingestionMetrics.localQueue.votes, 'change');
  for (const change of ['kept', 'replayed']) expect(kept).toContain(change);
}, 60_000);
