import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Box, layOut } from './flow-layout.ts';
import { flowShape } from './flow-shape.ts';

const made = fc.record({
  pods: fc.integer({ min: 1, max: 9 }),
  partitions: fc.integer({ min: 1, max: 40 }),
  processors: fc.integer({ min: 1, max: 9 }),
  width: fc.integer({ min: 14, max: 75 }),
});

function shapeOf(pods: number, partitions: number, processors: number) {
  const instant = '2026-05-07T10:00:00.000Z';
  return flowShape(
    {
      window: {
        from: instant,
        to: instant,
        flows: Array.from({ length: pods * partitions }, (_, index) => ({
          instance: `ingestion-${index % pods}`,
          partition: index % partitions,
          votes: index + 1,
        })),
      },
      partitions: Array.from({ length: partitions }, (_, partition) => ({
        partition,
        lagRecords: 0,
        processor: `processor-${partition % processors}`,
      })),
    },
    12,
  );
}

const overlap = (a: Box, b: Box) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

test('no station covers another or leaves the picture, whatever its width', () => {
  fc.assert(
    fc.property(made, ({ pods, partitions, processors, width }) => {
      const { stations, height, ways } = layOut(shapeOf(pods, partitions, processors), width);
      for (const [index, { box }] of stations.entries()) {
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(width + 1e-9);
        expect(box.y + box.height).toBeLessThanOrEqual(height + 1e-9);
        for (const other of stations.slice(index + 1)) expect(overlap(box, other.box)).toBe(false);
      }
      for (const { strength } of ways) expect(strength).toBeLessThanOrEqual(1);
    }),
    { numRuns: 60 },
  );
});

test.each([
  ['beside it', 60, ['M13,3.7C18.25,3.7,18.25,3.7,23.5,3.7', 'M36.5,3.7C41.75,3.7,41.75,3.7,47,3.7']],
  ['below it', 20, ['M10,5.1C10,7.95,10,7.95,10,10.8', 'M10,14.2C10,17.05,10,17.05,10,19.9']],
])('a way leads from a station to the one %s, in a picture that is %d wide', (_, width, paths) => {
  expect(layOut(shapeOf(1, 1, 1), width).ways.map(({ path }) => path)).toEqual(paths);
});
