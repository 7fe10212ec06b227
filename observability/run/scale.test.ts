import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatValue, scaleOf } from './scale.ts';

test.each([
  { values: [210], unit: 'reqps', written: ['0/s', '100/s', '200/s', '300/s'] },
  { values: [4, 3], unit: 'short', written: ['0', '1', '2', '3', '4'] },
  { values: [1], unit: 'short', written: ['0', '1'] },
  { values: [0.7], unit: 'short', written: ['0', '0.2', '0.4', '0.6', '0.8'] },
  {
    values: [330 * 1024 * 1024],
    unit: 'bytes',
    written: ['0 MiB', '100 MiB', '200 MiB', '300 MiB', '400 MiB'],
  },
  { values: [1], unit: 'percentunit', written: ['0 %', '50 %', '100 %'] },
  { values: [0.43], unit: 's', written: ['0 s', '200 ms', '400 ms', '600 ms'] },
  { values: [0], unit: 's', written: ['0 s', '1 s'] },
] as const)('$values of $unit are drawn on $written', ({ values, unit, written }) => {
  const { top, step } = scaleOf(values, unit);
  const rows = Array.from({ length: Math.round(top / step) + 1 }, (_, row) => formatValue(row * step, unit));
  expect(rows).toEqual(written);
});

test('every value has its place on the scale, which has at most four steps', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.nat(1e12).map(count => count / 1000),
        { minLength: 1 },
      ),
      values => {
        const { top, step } = scaleOf(values, 'short');
        expect(top).toBeGreaterThanOrEqual(Math.max(...values) * (1 - 1e-9));
        expect(Math.round(top / step)).toBeLessThanOrEqual(4);
      },
    ),
  );
});
