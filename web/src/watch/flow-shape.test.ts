import { expect, test } from '@jest/globals';
import { balanceOf, flowShape, sumLag } from './flow-shape.ts';

const instant = '2026-05-07T10:00:00.000Z';
const window = (flows: { instance: string; partition: number; votes: number }[]) => ({
  from: instant,
  to: instant,
  flows,
});

test('votes are followed from the process that took them over its partition to the processor that has it', () => {
  const shape = flowShape(
    {
      window: window([
        { instance: 'ingestion-2', partition: 0, votes: 10 },
        { instance: 'ingestion-10', partition: 1, votes: 20 },
        { instance: 'ingestion-2', partition: 1, votes: 10 },
      ]),
      partitions: [
        { partition: 0, lagRecords: 2, processor: 'processor-1' },
        { partition: 1, lagRecords: 0, processor: null },
      ],
    },
    12,
  );
  expect(shape.votes).toBe(40);
  expect(shape.stations.map(({ stage, name, votes }) => [stage, name, votes])).toEqual([
    ['ingestion', 'ingestion-2', 20],
    ['ingestion', 'ingestion-10', 20],
    ['partitions', '0', 10],
    ['partitions', '1', 30],
    ['processors', 'processor-1', 10],
    ['processors', null, 30],
  ]);
  expect(shape.ways).toHaveLength(5);
  expect(balanceOf(shape, 'ingestion')).toEqual({ least: 0.5, most: 0.5 });
  expect(balanceOf(shape, 'processors')).toEqual({ least: 0.25, most: 0.75 });
});

test('many partitions are shown as a few groups that hold them all', () => {
  const partitions = Array.from({ length: 256 }, (_, partition) => ({
    partition,
    lagRecords: 1,
    processor: `processor-${partition % 3}`,
  }));
  const flows = partitions.map(({ partition }) => ({ instance: 'a', partition, votes: 1 }));
  const groups = flowShape({ window: window(flows), partitions }, 12).stations.filter(
    ({ stage }) => stage === 'partitions',
  );
  expect(groups.length).toBeLessThanOrEqual(12);
  expect(groups[0]?.name).toBe('0–21');
  expect(groups.reduce((sum, { lagRecords }) => sum + (lagRecords ?? 0), 0)).toBe(256);
});

test('a lag that is not known is not called 0', () => {
  expect(sumLag([{ lagRecords: 3 }, { lagRecords: null }])).toBeNull();
  expect(sumLag([])).toBeNull();
});

test('without votes there are stations, and no balance', () => {
  const shape = flowShape(
    { window: null, partitions: [{ partition: 0, lagRecords: null, processor: 'p' }] },
    12,
  );
  expect(shape.stations).toHaveLength(2);
  expect(balanceOf(shape, 'ingestion')).toBeNull();
});
