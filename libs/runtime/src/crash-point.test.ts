import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { commonSettings, loadConfig } from './config.ts';

/** A process that arms the crash point of its environment and then passes it as often as told, counting aloud. */
function passing(times: number, environment: Record<string, string>) {
  const script = `
    import { commonSettings, loadConfig } from '${import.meta.dirname}/config.ts';
    import { armCrashPoint, crashPoint } from '${import.meta.dirname}/crash-point.ts';
    armCrashPoint(loadConfig(commonSettings));
    for (let pass = 1; pass <= ${times}; pass += 1) {
      crashPoint('after-poll');
      crashPoint('inside-transaction');
      process.stdout.write(String(pass));
    }`;
  const base = { PATH: process.env.PATH ?? '', SUFFRAGE_METRICS_PORT: '0', ...environment };
  return spawnSync(process.execPath, ['--input-type=module-typescript', '-e', script], {
    env: base,
    encoding: 'utf8',
  });
}

test('a process ends at its crash point by SIGKILL, after the passes it was to survive', () => {
  const { signal, stdout } = passing(5, {
    SUFFRAGE_ENVIRONMENT: 'development',
    SUFFRAGE_CRASH_POINT: 'inside-transaction:2',
  });
  expect({ signal, stdout }).toEqual({ signal: 'SIGKILL', stdout: '12' });
});

test('without the setting nothing happens', () => {
  const { status, stdout } = passing(3, { SUFFRAGE_ENVIRONMENT: 'development' });
  expect({ status, stdout }).toEqual({ status: 0, stdout: '123' });
});

test('in production a crash point is refused, with what to do', () => {
  const { status, stdout, stderr } = passing(3, { SUFFRAGE_CRASH_POINT: 'after-poll' });
  expect(status).not.toBe(0);
  expect(stdout).toBe('');
  expect(stderr).toContain('refused in production: remove it');
});

test('a crash point that does not exist is a wrong setting', () => {
  const load = (text: string) =>
    loadConfig(commonSettings, { SUFFRAGE_METRICS_PORT: '0', SUFFRAGE_CRASH_POINT: text });
  expect(() => load('after-lunch')).toThrow('SUFFRAGE_CRASH_POINT: must be NAME or NAME:PASSES');
  expect(() => load('after-poll:soon')).toThrow('must be NAME or NAME:PASSES');
  expect(load('after-poll').SUFFRAGE_CRASH_POINT).toEqual({ point: 'after-poll', passesLeft: 0 });
  expect(load('after-poll:7').SUFFRAGE_CRASH_POINT).toEqual({ point: 'after-poll', passesLeft: 7 });
});
