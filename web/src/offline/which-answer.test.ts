import { expect, test } from '@jest/globals';
import { whichAnswer } from './which-answer.ts';

const ORIGIN = 'https://vote.example';
const KEPT = new Set(['/', '/assets/index-1.js', '/favicon.svg']);
const asked = (path: string, change = {}) => ({
  method: 'GET',
  mode: 'cors',
  url: `${ORIGIN}${path}`,
  ...change,
});

test.each([
  ['/assets/index-1.js', {}, 'kept-first'],
  ['/assets/index-2.js', {}, 'network'],
  ['/elections/e1/vote', { mode: 'navigate' }, 'shell-if-offline'],
  ['/check', { mode: 'navigate' }, 'shell-if-offline'],
  ['/api/registrar/v1/elections', {}, 'network'],
  ['/api/registrar/v1/elections', { mode: 'navigate' }, 'network'],
  ['/api', { mode: 'navigate' }, 'network'],
  ['/api/ingestion/v1/elections/e1/votes', { method: 'POST' }, 'network'],
  ['/health', {}, 'network'],
] as const)('%s %j is answered from %s', (path, change, source) => {
  expect(whichAnswer(asked(path, change), ORIGIN, KEPT)).toBe(source);
});

test('other origins are left alone', () => {
  const url = 'https://elsewhere.example/assets/index-1.js';
  expect(whichAnswer({ method: 'GET', mode: 'cors', url }, ORIGIN, KEPT)).toBe('network');
});
