import { PassThrough } from 'node:stream';
import { expect, test } from '@jest/globals';
import { createLog } from './log.ts';

test('what PostgreSQL quotes of rows is in no log, and the rest of its error is', () => {
  const lines: string[] = [];
  const log = createLog('test', 'test-0', 'info', { write: line => void lines.push(line) });
  const err = Object.assign(new Error('duplicate key value violates unique constraint "roll_pkey"'), {
    code: '23505',
    constraint: 'roll_pkey',
    detail: 'Key (election_id, voter)=(e, planted-voter) already exists.',
    where: 'COPY staged, line 3: "planted-voter"',
    internalQuery: "select 'planted-voter'",
  });
  log.error({ err }, 'request failed');
  const [line = ''] = lines;
  expect(line).not.toContain('planted-voter');
  expect(JSON.parse(line)).toMatchObject({
    err: { message: err.message, code: '23505', constraint: 'roll_pkey', stack: expect.any(String) },
    msg: 'request failed',
  });
});

test('whatever is thrown can be logged', () => {
  const lines: string[] = [];
  const log = createLog('test', 'test-0', 'info', { write: line => void lines.push(line) });
  for (const err of ['a text', undefined, null, { code: 'x' }]) log.error({ err }, 'thrown');
  expect(lines.map(line => JSON.parse(line).msg)).toEqual(['thrown', 'thrown', 'thrown', 'thrown']);
});

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
