import { expect, test } from '@jest/globals';
import { edinburgh } from '../test/edinburgh.ts';
import '../test/speak-english.ts';
import { scheduleOf, whyHidden } from './schedule.ts';

const definition = edinburgh({ opensAt: '2022-05-05T06:00:00Z', closesAt: '2022-05-05T21:00:00Z' });

test('a schedule tells the next instant that matters', () => {
  expect(scheduleOf(definition, 'scheduled')).toBe('Opens Thu, 5 May 2022 at 07:00 BST');
  expect(scheduleOf(definition, 'open')).toBe('Open until Thu, 5 May 2022 at 22:00 BST');
  expect(scheduleOf(definition, 'sealed')).toBe('Closed Thu, 5 May 2022 at 22:00 BST');
});

test('hidden results say when they come', () => {
  expect(whyHidden(definition, Date.parse('2022-05-05T20:59:59Z'), false)).toContain(
    'until it closes: Thu, 5 May 2022 at 22:00 BST',
  );
  expect(whyHidden(definition, Date.parse('2022-05-05T21:00:00Z'), false)).toContain(
    'as soon as the last vote is counted',
  );
});

test('totals of few votes say why they are hidden', () => {
  const small = { ...definition, privacyThreshold: 5 };
  const now = Date.parse('2022-05-05T20:00:00Z');
  expect(whyHidden(small, now, false)).toContain('fewer than 5 votes');
  expect(whyHidden({ ...small, resultsPolicy: 'after-close' }, now, false)).toContain('until it closes');
  expect(whyHidden({ ...small, resultsPolicy: 'after-close' }, now, true)).toContain('fewer than 5 votes');
});
