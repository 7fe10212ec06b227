import { expect, test } from '@jest/globals';
import '../test/speak-english.ts';
import { formatAge, formatInstant, formatPace, formatShare, formatVotes } from './format.ts';

test('numbers have thousands separators and the right word', () => {
  expect([formatVotes(0), formatVotes(1), formatVotes(12_433)]).toEqual([
    '0 votes',
    '1 vote',
    '12,433 votes',
  ]);
});

test('shares have one decimal', () => {
  expect([formatShare(0), formatShare(3419 / 12_433), formatShare(1)]).toEqual(['0.0%', '27.5%', '100.0%']);
});

test('a slow pace has a decimal, a fast one has none', () => {
  expect([formatPace(0), formatPace(0.44), formatPace(9.96), formatPace(1234.5)]).toEqual([
    '0',
    '0.4',
    '10',
    '1,235',
  ]);
});

test.each([
  [-5_000, 'just now'],
  [999, 'just now'],
  [1_000, '1 s ago'],
  [59_999, '59 s ago'],
  [60_000, '1 min ago'],
  [7_200_000, '2 h ago'],
  [47 * 3_600_000, '47 h ago'],
  [48 * 3_600_000, '2 days ago'],
])('%d ms is %s', (millis, words) => {
  expect(formatAge(millis)).toBe(words);
});

test('an instant is told where the election is held', () => {
  expect(formatInstant('2022-05-05T21:00:00Z', 'Europe/London')).toBe('Thu, 5 May 2022 at 22:00 BST');
  expect(formatInstant('2022-05-05T21:00:00Z', 'Asia/Tokyo')).toBe('Fri, 6 May 2022 at 06:00 GMT+9');
});
