import { expect, test } from '@jest/globals';
import { readManagers } from './managers.ts';

test('a manager is known by the token of a line, and nobody by a line that was taken out', () => {
  const find = readManagers('alice first-token\n\n# bob second-token\n  carol\tthird-token \n');
  expect(find('Bearer first-token')).toBe('alice');
  expect(find('bearer third-token')).toBe('carol');
  for (const authorization of ['Bearer bob', 'Bearer second-token', 'Bearer alice', 'first-token', undefined])
    expect(find(authorization)).toBeUndefined();
});

test('a line that is something else is refused, without a word of it', () => {
  for (const lines of ['alice', 'alice first-token second-token'])
    expect(() => readManagers(lines)).toThrow('a name and a token');
});
