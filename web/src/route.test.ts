import { expect, test } from '@jest/globals';
import { readRoute } from './route.ts';

test.each([
  ['/', { page: 'elections' }],
  ['/elections/edinburgh-2022-ward-16', { page: 'election', id: 'edinburgh-2022-ward-16' }],
  ['/elections/e1/', { page: 'election', id: 'e1' }],
  ['/elections/', { page: 'nowhere' }],
  ['/elections/UPPER', { page: 'nowhere' }],
  ['/elections/e/results', { page: 'nowhere' }],
  ['/other', { page: 'nowhere' }],
])('%s', (path, route) => {
  expect(readRoute(path)).toEqual(route);
});
