import { expect, test } from '@jest/globals';
import { readSnapshot } from './publish.ts';

const snapshot = {
  electionId: 'a',
  version: 1,
  counted: 0,
  contests: null,
  ingestion: [],
  asOf: '2026-05-07T12:00:00.000Z',
  provisional: true,
};

test('whatever Redis answers that is not a snapshot of this election counts as nothing', () => {
  expect(readSnapshot(JSON.stringify(snapshot), 'a')).toEqual(snapshot);
  expect(readSnapshot(JSON.stringify(snapshot), 'b')).toBeUndefined();
  expect(readSnapshot(JSON.stringify({ ...snapshot, version: -1 }), 'a')).toBeUndefined();
  expect(readSnapshot(JSON.stringify({ ...snapshot, fromTheFuture: true }), 'a')).toBeUndefined();
  for (const nonsense of ['', '{', 'null', '[]', '"a"']) expect(readSnapshot(nonsense, 'a')).toBeUndefined();
});
