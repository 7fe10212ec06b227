import { expect, test } from '@jest/globals';
import { AWAY_MILLIS, createRotation } from './rotation.ts';

const take = (next: () => string, count: number) => Array.from({ length: count }, next).join('');

test('origins take turns', () => {
  const { next } = createRotation(['a', 'b', 'c'], () => 0);
  expect(take(next, 7)).toBe('abcabca');
});

test('an origin that refused is passed over for a while, then has its turn again', () => {
  let now = 0;
  const rotation = createRotation(['a', 'b', 'c'], () => now);
  rotation.refused('b');
  expect(take(rotation.next, 4)).toBe('acac');
  now = AWAY_MILLIS;
  expect(take(rotation.next, 4)).toBe('abca');
});

test('when all have refused, the turn goes on', () => {
  const rotation = createRotation(['a', 'b'], () => 0);
  rotation.refused('a');
  rotation.refused('b');
  expect(take(rotation.next, 4)).toBe('abab');
});

test('after one that failed all others are tried, those that refused lately last', () => {
  const rotation = createRotation(['a', 'b', 'c', 'd'], () => 0);
  rotation.refused('c');
  expect(rotation.after('b')).toEqual(['d', 'a', 'c']);
});
