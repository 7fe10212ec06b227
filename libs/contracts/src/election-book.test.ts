import { expect, test } from '@jest/globals';
import { createElectionBook } from './election-book.ts';
import { testElection } from './testing.node.ts';
import { type ElectionsMessage, electionsKey, topicNames } from './topics.ts';

const { election } = testElection();
const { definition } = election;
const record = (message: ElectionsMessage) => ({
  key: Buffer.from(electionsKey(message)),
  value: Buffer.from(JSON.stringify(message)),
});

test('the newest record of a key counts', () => {
  const book = createElectionBook();
  const extended = new Date(election.closesAt + 60_000).toISOString();
  book.apply(record({ kind: 'topology', shards: 4 }));
  book.apply(record({ kind: 'election', definition }));
  book.apply(record({ kind: 'election', definition: { ...definition, closesAt: extended } }));
  expect(book.find(definition.id)?.closesAt).toBe(election.closesAt + 60_000);
  expect(book.topology()?.shards).toBe(4);
  expect(book.find('other')).toBeUndefined();
});

test('a definition that this version can not read is not decided about, until a readable one comes', () => {
  const book = createElectionBook();
  const key = Buffer.from(`election/${definition.id}`);
  book.apply({
    key,
    value: Buffer.from(JSON.stringify({ kind: 'election', definition: { ...definition, newRule: 1 } })),
  });
  expect(() => book.find(definition.id)).toThrow('can not be read');
  book.apply(record({ kind: 'election', definition }));
  expect(book.find(definition.id)?.definition.id).toBe(definition.id);
});

test('a kind of record that a newer version wrote is passed over', () => {
  const book = createElectionBook();
  book.apply({ key: Buffer.from('seal/x'), value: Buffer.from('{"kind":"seal"}') });
  expect(book.elections()).toEqual([]);
});

test('a namespace keeps installations apart on one cluster', () => {
  expect(topicNames('')).toEqual({ votes: 'votes', elections: 'elections', quarantine: 'votes.quarantine' });
  expect(topicNames('a').votes).toBe('a.votes');
});
