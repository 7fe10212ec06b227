import { createLog, type Log } from '@suffrage/runtime/log';
import { pino } from 'pino';
import { fileFor } from './written.ts';

/** Into a file that the run searches for secrets when it ends, unless a level asks for it to be shown. */
export function quietLog(): Log {
  const level = process.env.SUFFRAGE_TEST_LOG;
  const dest = fileFor('log');
  if (level !== undefined || dest === undefined) return createLog('test', 'test', level ?? 'silent');
  return createLog('test', 'test', 'debug', pino.destination({ dest, sync: true }));
}
