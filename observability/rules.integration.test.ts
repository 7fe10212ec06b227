import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { prometheusPrograms } from './run/programs.ts';

const run = promisify(execFile);
const filesIn = (directory: string) =>
  readdirSync(join(import.meta.dirname, directory)).map(file => join(import.meta.dirname, directory, file));

test('Prometheus understands all rules', async () => {
  const { stdout } = await run(prometheusPrograms().promtool, [
    'check',
    'rules',
    ...filesIn('rules'),
    ...filesIn('alerts'),
  ]);
  expect(stdout).not.toContain('FAILED');
});

test('each alert fires when it should, stays silent when it should not, and no other one fires with it', async () => {
  const { stdout } = await run(prometheusPrograms().promtool, ['test', 'rules', ...filesIn('alert-tests')]);
  expect(stdout.match(/SUCCESS/g)).toHaveLength(filesIn('alert-tests').length);
}, 500_000);
