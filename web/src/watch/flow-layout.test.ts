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
