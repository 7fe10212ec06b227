import { PassThrough } from 'node:stream';
import { expect, test } from '@jest/globals';
import { createLog } from './log.ts';

test('what a database repeats of a row in its errors is not logged', () => {
  const lines = new PassThrough();
  const log = createLog('test', 'test', 'info', lines);
  const refused = () =>
    Object.assign(new Error('duplicate key value violates unique constraint "roll_subjects"'), {
      code: '23505',
      detail: 'Key (election_id, subject)=(council, planted) already exists.',
      where: 'COPY staged, line 1: "planted"',
      command: { name: 'set', args: ['planted'] },
    });
  log.error({ err: refused() }, 'request failed');
  log.child({}).warn({ err: new AggregateError([refused()], 'all failed') });
  const text = String(lines.read());
  expect(text).not.toContain('planted');
  expect(text.match(/"code":"23505"/g)).toHaveLength(2);
  expect(text).toContain('roll_subjects');
});
