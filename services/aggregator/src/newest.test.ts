import { expect, test } from '@jest/globals';
import { createNewestSnapshots, type Published } from './newest.ts';

const snapshot = {
  electionId: 'a',
  version: 5,
  counted: 3,
  contests: null,
  ingestion: [],
  asOf: '2026-05-07T12:00:00.000Z',
  provisional: true,
};

test('the newest snapshot is kept, told once, and never goes back', () => {
  const told: Published[] = [];
  const newest = createNewestSnapshots(published => void told.push(published));
  for (const version of [5, 4, 5, 6, 5]) newest.offer({ ...snapshot, version });
  expect(told.map(published => published.snapshot.version)).toEqual([5, 6]);
  expect(newest.get('a')).toBe(told[1]);
  expect(newest.get('b')).toBeUndefined();
});

test('a snapshot as a server-sent event carries its version as id', () => {
  const newest = createNewestSnapshots(() => undefined);
  newest.offer(snapshot);
  const { event, json } = newest.get('a') ?? {};
  expect(event?.toString()).toBe(`id: 5\nevent: snapshot\ndata: ${json}\n\n`);
  expect(JSON.parse(json ?? '')).toEqual(snapshot);
});

test('the least recent snapshot tells the age', () => {
  const newest = createNewestSnapshots(() => undefined);
  expect(newest.oldestAsOf()).toBeUndefined();
  newest.offer({ ...snapshot, asOf: '2026-05-07T12:00:05.000Z' });
  newest.offer({ ...snapshot, electionId: 'b' });
  expect(newest.oldestAsOf()).toBe(Date.parse('2026-05-07T12:00:00.000Z'));
});
