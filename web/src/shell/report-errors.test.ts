import { expect, test } from '@jest/globals';
import { addresses, routes } from '../route.ts';
import { viewOf } from './report-errors.ts';

test('a view is told by its name, without what its address names', () => {
  expect(viewOf(addresses.vote('council-2026'))).toBe('vote');
  expect(viewOf(addresses.elections)).toBe('elections');
  expect(viewOf('/elections/council-2026/secret-of-somebody')).toBe('other');
  expect(Object.keys(routes)).toContain(viewOf(addresses.flow('council-2026')));
});
