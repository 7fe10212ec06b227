import { expect, test } from '@jest/globals';
import { addresses, checkAddress, readSought, routes } from './route.ts';

test.each([
  ['/elections/edinburgh-2022-ward-16', 'election', 'edinburgh-2022-ward-16'],
  ['/elections/e1/', 'election', 'e1'],
  ['/elections/', 'election', undefined],
  ['/elections/UPPER', 'election', undefined],
  ['/elections/e/results', 'election', undefined],
  ['/elections/e/vote', 'vote', 'e'],
  ['/elections/e/vote/twice', 'vote', undefined],
  ['/elections/e/receipt', 'receipt', 'e'],
] as const)('%s as an address of %s names %s', (path, name, id) => {
  expect(routes[name].exec(path)?.groups?.id).toBe(id);
});

test('the page understands the addresses that it makes', () => {
  for (const name of ['election', 'vote', 'receipt'] as const) {
    expect(routes[name].exec(addresses[name]('e1'))?.groups?.id).toBe('e1');
  }
});

test('a vote to look up is in the part of the address that stays in the browser', () => {
  const sought = { electionId: 'e1', voteId: 'A-_'.padEnd(43, 'x') };
  const url = new URL(checkAddress(sought), 'https://vote.example');
  expect(url.pathname + url.search).toBe('/check');
  expect(readSought(url.hash)).toEqual(sought);
});

test.each(['', '#', '#election=e1', '#election=e1&vote=short', '#election=../x&vote='.padEnd(70, 'x')])(
  '%j names no vote',
  hash => {
    expect(readSought(hash)).toBeUndefined();
  },
);
