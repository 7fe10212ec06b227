import { expect, test } from '@jest/globals';
import { createElectionBook } from '@suffrage/contracts/election-book';
import { ballot, definition } from '../test/definitions.ts';
import { createElections } from './elections.ts';

const closesAt = '2026-05-07T20:00:00Z';
const council = {
  kind: 'election',
  version: 1,
  definition: definition('council', { ...ballot({ mayor: ['ann'] }), closesAt }),
};
const closing = { kind: 'closing', electionId: 'council', closesAt, endOffsets: [3] };

function read(...messages: readonly (object | string)[]) {
  const book = createElectionBook();
  for (const message of messages) {
    const value = Buffer.from(typeof message === 'string' ? message : JSON.stringify(message));
    book.apply({ key: Buffer.from('election/council'), value, appendedAt: 0 });
  }
  return createElections(book);
}

test('an election is closed once its closing message has been read, in whatever order', () => {
  expect(read(closing).get('council')).toBeUndefined();
  expect(read(closing, council).get('council')).toMatchObject({
    closed: true,
    closesAt: Date.parse(closesAt),
  });
  expect(read(council, closing).all()).toMatchObject([{ closed: true }]);
});

test('a closing message of another closesAt says nothing about this one', () => {
  expect(read(council, { ...closing, closesAt: '2026-05-07T19:00:00Z' }).get('council')?.closed).toBe(false);
  expect(read(council, { ...closing, closesAt: '2026-05-07T20:00:00.000Z' }).get('council')?.closed).toBe(
    true,
  );
});

test('an annulled election says why and since when, in whatever order that was read', () => {
  const at = '2026-05-08T09:00:00.000Z';
  const annulment = { kind: 'annulment', electionId: 'council', reason: 'forged roll', at };
  const annulled = { reason: 'forged roll', at };
  expect(read(council, annulment).get('council')).toMatchObject({ annulled, closed: false });
  expect(read(annulment, closing, council).get('council')).toMatchObject({ annulled, closed: true });
  expect(read(council).get('council')).not.toHaveProperty('annulled');
});

test('an election whose newest definition is not readable stays known, but not as current', () => {
  expect(read(council).get('council')).toMatchObject({ current: true });
  expect(read(council, '{').get('council')).toMatchObject({ current: false, definition: council.definition });
  expect(read(council, '{', { ...council, version: 2 }).get('council')).toMatchObject({ current: true });
});
