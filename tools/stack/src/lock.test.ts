import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { lockStack } from './lock.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'suffrage-lock-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('a second command that changes the stack is refused while the first is at work', () => {
  const unlock = lockStack(directory);
  expect(() => lockStack(directory)).toThrow(`Another command (pid ${process.pid})`);
  unlock();
  lockStack(directory)();
  expect(existsSync(join(directory, 'lock'))).toBe(false);
});

test('the lock of a command that was killed does not stand in the way', () => {
  writeFileSync(join(directory, 'lock'), JSON.stringify({ pid: process.pid, startTime: '1' }));
  lockStack(directory)();
  writeFileSync(join(directory, 'lock'), '');
  lockStack(directory)();
});
