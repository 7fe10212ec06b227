import { expect, test } from '@jest/globals';
import '../../test/speak-english.ts';
import { announcement } from './announcement.ts';
import type { Row } from './shares.ts';

const row = (title: string, votes: number, standing: Row['standing']): Row => ({
  id: title,
  title,
  lang: 'en',
  votes,
  share: 0,
  standing,
});
const contest = (...rows: Row[]) => ({ contest: 'First preferences', rows });

test('a listener hears the count, who leads and by how much', () => {
  const standing = contest(row('Cameron', 3_419, 'ahead'), row('Macinnes', 2_906, null));
  expect(announcement(12_433, [standing], true)).toBe(
    '12,433 votes counted so far. First preferences: Cameron leads with 3,419 votes, 513 ahead of Macinnes.',
  );
  expect(announcement(12_433, [standing], false)).toBe(
    '12,433 votes counted in all, official. First preferences: Cameron has most votes with 3,419 votes, 513 ahead of Macinnes.',
  );
});

test('nobody leads among equals or before the first vote', () => {
  expect(announcement(2, [contest(row('A', 1, 'level'), row('B', 1, 'level'))], true)).toBe(
    '2 votes counted so far. First preferences: A and others level with 1 vote.',
  );
  expect(announcement(0, [contest(row('A', 0, null))], true)).toBe('0 votes counted so far.');
});

test('of many contests the first two are told', () => {
  const many = Array.from({ length: 5 }, () => contest(row('A', 1, 'ahead')));
  expect(announcement(1, many, true).match(/First preferences/g)).toHaveLength(2);
});
