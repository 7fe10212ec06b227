import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { processStatus } from './proc.ts';
import {
  baseEnvironment,
  isRunning,
  killProcess,
  type ProcessSpec,
  runToEnd,
  signalProcess,
  startProcess,
  stopProcess,
} from './process.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'suffrage-process-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function shell(script: string): ProcessSpec {
  return { command: 'sh', args: ['-c', script], environment: {}, directory, logFile: join(directory, 'log') };
}

test('a process that heeds its signal is stopped', async () => {
  const reference = await startProcess(shell('exec sleep 60'), 'owner');
  expect(isRunning(reference)).toBe(true);
  expect(await stopProcess(reference, 'SIGTERM', 5_000)).toBe('stopped');
  expect(isRunning(reference)).toBe(false);
});

test('a process that ignores its signal is killed after the deadline', async () => {
  const spec = shell('trap "" TERM; echo deaf; while :; do sleep 0.05; done');
  const reference = await startProcess(spec, 'owner');
  // Only when it has said so has it set its trap.
  while (!readFileSync(spec.logFile, 'utf8').includes('deaf'))
    await new Promise(resolve => setTimeout(resolve, 5));
  expect(await stopProcess(reference, 'SIGTERM', 100)).toBe('killed');
});

test('a paused process is stopped all the same', async () => {
  const reference = await startProcess(shell('exec sleep 60'), 'owner');
  signalProcess(reference, 'SIGSTOP');
  expect(await stopProcess(reference, 'SIGTERM', 5_000)).toBe('stopped');
});

test('a later process with the same pid is left alone', async () => {
  const reference = await startProcess(shell('exec sleep 60'), 'owner');
  const stale = { ...reference, startTime: '1' };
  expect(await stopProcess(stale, 'SIGTERM', 1_000)).toBe('was-not-running');
  await killProcess(stale);
  expect(isRunning(reference)).toBe(true);
  await killProcess(reference);
});

test('what a process started dies with it when it is killed', async () => {
  const starter = `
    import { startProcess } from ${JSON.stringify(join(import.meta.dirname, 'process.ts'))};
    const spec = ${JSON.stringify(shell('exec sleep 60'))};
    console.log((await startProcess(spec, 'owner')).pid);
    setInterval(() => {}, 1000);`;
  const outer: ProcessSpec = {
    ...shell(''),
    command: process.execPath,
    args: ['--input-type=module', '-e', starter],
    logFile: join(directory, 'outer.log'),
  };
  const reference = await startProcess(outer, 'owner');
  let pid = 0;
  while (pid === 0) {
    pid = Number(readFileSync(outer.logFile, 'utf8').trim());
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  expect(processStatus(pid)).toBeDefined();
  await killProcess(reference);
  const deadline = Date.now() + 5_000;
  // Whoever adopts it may take a moment to fetch its exit code.
  while (!['Z', undefined].includes(processStatus(pid)?.state)) {
    if (Date.now() > deadline) throw new Error(`process ${pid} is still there`);
    await new Promise(resolve => setTimeout(resolve, 10));
  }
});

test('a program that fails is reported with its last lines', async () => {
  await expect(runToEnd('Counting', shell('echo the reason; exit 3'), 5_000)).rejects.toThrow(
    'Counting failed with exit code 3:\nthe reason',
  );
});

test('settings of whoever starts the stack do not reach its processes', () => {
  const environment = baseEnvironment({ PATH: '/bin', SUFFRAGE_DATA: 'x', NODE_OPTIONS: '--experimental' });
  expect(environment).toEqual({ PATH: '/bin', NODE_COMPILE_CACHE: expect.stringContaining('.tools') });
});
