import { expect, test } from '@jest/globals';
import { createElectionBook } from './election-book.ts';
import { testElection } from './testing.node.ts';
import { type ElectionsMessage, electionsKey, topicNames } from './topics.ts';

const { election } = testElection();
const { definition } = election;
const { id } = definition;

function record(message: ElectionsMessage, appendedAt = 0) {
  return { key: Buffer.from(electionsKey(message)), value: Buffer.from(JSON.stringify(message)), appendedAt };
}

/** The election, its closing moved by some milliseconds. */
function moved(version: number, millis: number, announceBy?: string): ElectionsMessage {
  const closesAt = new Date(election.closesAt + millis).toISOString();
  return {
    kind: 'election',
    version,
    ...(announceBy === undefined ? {} : { announceBy }),
    definition: { ...definition, closesAt },
  };
}

test('the newest record of a key counts', () => {
  const book = createElectionBook();
  book.apply(record({ kind: 'topology', shards: 4 }));
  book.apply(record({ kind: 'election', version: 1, definition }));
  book.apply(record(moved(2, 60_000)));
  expect(book.find(id)?.closesAt).toBe(election.closesAt + 60_000);
  expect(book.version(id)).toBe(2);
  expect(book.topology()?.shards).toBe(4);
  expect(book.find('other')).toBeUndefined();
  expect(book.version('other')).toBe(0);
});

test('a record that is not of a greater version changes nothing, and is reported until the newest counts', () => {
  const book = createElectionBook();
  book.apply(record(moved(2, 60_000)));
  for (const version of [1, 2]) {
    book.apply(record(moved(version, 0)));
    expect(book.find(id)?.closesAt).toBe(election.closesAt + 60_000);
    expect([...book.overtaken()]).toEqual([id]);
  }
  book.apply(record(moved(3, 60_000)));
  expect([...book.overtaken()]).toEqual([]);
});

test('a move of the closing counts up to its last instant, by the time of the broker', () => {
  const announceBy = '2026-05-07T20:00:00.000Z';
  for (const [lateness, closesAt] of [
    [0, election.closesAt - 60_000],
    [1, election.closesAt],
  ] as const) {
    const book = createElectionBook();
    book.apply(record({ kind: 'election', version: 1, definition }));
    book.apply(record(moved(2, -60_000, announceBy), Date.parse(announceBy) + lateness));
    expect(book.find(id)?.closesAt).toBe(closesAt);
    expect(book.overtaken().has(id)).toBe(lateness > 0);
  }
});

test('an election of which only a late record is left is not decided about', () => {
  const book = createElectionBook();
  book.apply(record(moved(1, 0, '2026-05-07T20:00:00Z'), Date.parse('2026-05-07T21:00:00Z')));
  expect(() => book.find(id)).toThrow('came too late');
});

test('a definition that this version can not read is not decided about, until a readable one comes', () => {
  const book = createElectionBook();
  const unreadable = { kind: 'election', version: 1, definition: { ...definition, newRule: 1 } };
  book.apply({
    key: Buffer.from(`election/${id}`),
    value: Buffer.from(JSON.stringify(unreadable)),
    appendedAt: 0,
  });
  expect(() => book.find(id)).toThrow('can not be read');
  book.apply(record(moved(2, 0, '2026-05-07T20:00:00Z'), Date.parse('2026-05-07T21:00:00Z')));
  expect(() => book.find(id)).toThrow('can not be read');
  book.apply(record({ kind: 'election', version: 1, definition }));
  expect(book.find(id)?.definition.id).toBe(id);
});

test('a kind of record that a newer version wrote is passed over', () => {
  const book = createElectionBook();
  book.apply({ key: Buffer.from('seal/x'), value: Buffer.from('{"kind":"seal"}'), appendedAt: 0 });
  expect(book.elections()).toEqual([]);
});

test('a namespace keeps installations apart on one cluster', () => {
  expect(topicNames('')).toEqual({ votes: 'votes', elections: 'elections', quarantine: 'votes.quarantine' });
  expect(topicNames('a').votes).toBe('a.votes');
});
