import { expect, test } from '@jest/globals';
import type { Contest } from '@suffrage/contracts/election';
import * as fc from 'fast-check';
import { prepareElection } from '@suffrage/contracts/ballot';
import { selectOptions } from '@suffrage/contracts/selections';
import { edinburgh } from '../../test/edinburgh.ts';
import { incomplete, type Marks, standingOf, toggle } from './marks.ts';

function contestOf(minSelections: number, maxSelections: number, options = 'abcd'): Contest {
  const choices = options.split('').map(id => ({ id, title: { en: id } }));
  const none = { id: 'none', title: { en: 'None of the above' }, exclusive: true };
  return {
    id: 'council',
    title: { en: 'Council' },
    minSelections,
    maxSelections,
    options: [...choices, none],
  };
}

test('in a contest of one mark a new one replaces the old, and can be taken away', () => {
  const contest = contestOf(0, 1);
  expect(toggle(contest, ['a'], 'b')).toEqual(['b']);
  expect(toggle(contest, ['b'], 'b')).toEqual([]);
});

test('a full contest takes no further mark, since only the voter knows which should go', () => {
  expect(toggle(contestOf(1, 2), ['a', 'b'], 'c')).toBeUndefined();
  expect(toggle(contestOf(1, 2), ['a', 'b'], 'b')).toEqual(['a']);
});

test('what stands alone takes the place of all others and gives way to any', () => {
  const contest = contestOf(2, 3);
  expect(toggle(contest, ['a', 'b', 'c'], 'none')).toEqual(['none']);
  expect(standingOf(contest, ['none'])).toEqual({ kind: 'exclusive' });
  expect(toggle(contest, ['none'], 'a')).toEqual(['a']);
});

test.each([
  [2, 3, [], { kind: 'missing', missing: 2 }],
  [2, 3, ['a'], { kind: 'missing', missing: 1 }],
  [2, 3, ['a', 'b'], { kind: 'complete' }],
  [2, 3, ['a', 'b', 'c'], { kind: 'full' }],
  [0, 1, [], { kind: 'blank' }],
] as const)('of %d to %d marks %j is said to be %j', (min, max, marks, standing) => {
  expect(standingOf(contestOf(min, max), marks)).toEqual(standing);
});

test('whatever is clicked, what the page calls complete is what the contracts accept', () => {
  const clicks = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'none'), { maxLength: 12 });
  const limits = fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 1, max: 4 }));
  fc.assert(
    fc.property(limits, clicks, ([first, max], clicked) => {
      const contest = contestOf(Math.min(first, max), max);
      const marks = clicked.reduce<Marks>((so, option) => toggle(contest, so, option) ?? so, []);
      const election = prepareElection({ ...edinburgh(), contests: [contest] });
      const isTaken = selectOptions(election, { [contest.id]: marks }).ok;
      expect(incomplete([contest], { [contest.id]: marks }).length === 0).toBe(isTaken);
    }),
  );
});
