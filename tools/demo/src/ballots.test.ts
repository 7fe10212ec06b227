import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { expectedTotals, readBallotFile } from './ballots.ts';

const file = readBallotFile(
  fileURLToPath(new URL('../../../examples/edinburgh-2022-ward-16.csv', import.meta.url)),
);

test('the Edinburgh file holds 12,433 ballots for ten candidates of ward 16', () => {
  expect(file.ballots).toHaveLength(12_433);
  expect(file.candidates).toHaveLength(10);
  expect(file.ward).toBe('Ward 16 - Liberton-Gilmerton');
  expect(file.candidates[5]).toMatchObject({ id: 'martha-mattos-coelho', name: 'Martha Mattos Coelho' });
});

test('its first preferences are those that were declared', () => {
  const { first, ranked } = expectedTotals(file);
  const byName = Object.fromEntries(
    file.candidates.map(({ id, name }) => [name.split(' ').at(-1), first.get(id)]),
  );
  expect(byName).toEqual({
    Cameron: 3419,
    Macinnes: 2906,
    Doggart: 2239,
    Nichol: 1023,
    Coelho: 910,
    Measom: 725,
    Planche: 507,
    Fox: 295,
    Meron: 222,
    Christie: 187,
  });
  expect([...ranked.values()].reduce((sum, votes) => sum + votes, 0)).toBe(43_884);
});
