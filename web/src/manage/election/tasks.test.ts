import { expect, test } from '@jest/globals';
import { tasksOf } from './tasks.ts';

const annulled = { reason: 'why', at: '2027-01-01T00:00:00Z' };
const keys = { resultsKeys: [{ keyId: 'a', publicKey: 'b' }] };

test.each([
  ['a draft', { phase: 'draft' }, ['publish', 'open', 'duplicate', 'rotate-keys', 'remove']],
  ['a scheduled election', { phase: 'scheduled' }, ['move', 'duplicate', 'annul']],
  ['an open election', { phase: 'open' }, ['move', 'stop', 'duplicate', 'annul']],
  ['one that is being counted', { phase: 'closed' }, ['duplicate', 'annul']],
  ['an official one', { phase: 'closed', official: true }, ['seal', 'duplicate', 'annul', 'erase']],
  [
    'one without a key for results',
    { phase: 'closed', official: true, definition: {} },
    ['duplicate', 'annul', 'erase'],
  ],
  ['an annulled one', { phase: 'sealed', official: true, annulled }, ['duplicate', 'erase']],
] as const)('of %s only what the registrar takes is offered', (_name, change, tasks) => {
  expect(tasksOf({ official: false, definition: keys, ...change })).toEqual(tasks);
});
