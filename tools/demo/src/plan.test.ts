import { expect, test } from '@jest/globals';
import { planSendings, seeded } from './plan.ts';
import { table } from '@suffrage/stack/table';
import { bar } from './terminal.ts';

test('every ballot is sent, about one in twenty again, over both transports and all ingestion processes', () => {
  const sendings = planSendings(12_433, 2, seeded(16));
  expect(sendings.map(({ ballot }) => ballot).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 12_433 }, (_, i) => i),
  );
  const again = sendings.filter(sending => sending.again).length / sendings.length;
  expect(again).toBeGreaterThan(0.04);
  expect(again).toBeLessThan(0.06);
  expect(new Set(sendings.map(({ transport, ingestion }) => `${transport} ${ingestion}`)).size).toBe(4);
  expect(planSendings(12_433, 2, seeded(16))).toEqual(sendings);
});

test('bars and tables line up', () => {
  expect(bar(0.5, 4)).toBe('██░░');
  expect(bar(7, 2)).toBe('██');
  expect(
    table([
      ['a', '1'],
      ['long', '1,000'],
    ]),
  ).toEqual(['a         1', 'long  1,000']);
});
