import { expect, test } from '@jest/globals';
import { reasonOf } from './append-error.ts';

test('the broker’s word counts, however deep it lies in the errors of the client', () => {
  const refused = Object.assign(new Error('refused'), {
    code: 'PLT_KFK_RESPONSE',
    apiId: 'NOT_ENOUGH_REPLICAS',
  });
  const outer = Object.assign(new AggregateError([new AggregateError([refused])]), {
    code: 'PLT_KFK_MULTIPLE',
  });
  expect(reasonOf(outer)).toBe('not-enough-replicas');
});

test('a lost connection and a lost answer are told apart, and the rest is other', () => {
  expect(reasonOf(Object.assign(new Error(), { code: 'PLT_KFK_NETWORK' }))).toBe('connection');
  expect(reasonOf(Object.assign(new Error(), { code: 'PLT_KFK_TIMEOUT' }))).toBe('timed-out');
  expect(reasonOf(new Error('something else'))).toBe('other');
  expect(reasonOf('text')).toBe('other');
});
