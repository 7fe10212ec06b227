import { expect, test } from '@jest/globals';
import { encodeProgressNotice, readProgressNotice } from './progress-notice.ts';

test('a notice is read as it was written, and anything else tells nothing', () => {
  const notice = { acceptedAt: 1_789_000_000_000, traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
  expect(readProgressNotice(encodeProgressNotice(notice))).toEqual(notice);
  for (const text of ['', '{', '7', '{"acceptedAt":"now"}', `{"traceparent":"${'a'.repeat(56)}"}`])
    expect(readProgressNotice(text)).toEqual({});
});
