import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { CHART } from './render.ts';

/** Runs a script of the chart as a pod does. */
export function runScript(name: string, args: readonly string[], environment: Record<string, string>) {
  return new Promise<{ status: number | null; output: string }>(resolve => {
    const child = execFile(
      process.execPath,
      [join(CHART, 'files/scripts', name), ...args],
      { env: environment },
      (_error, stdout, stderr) => resolve({ status: child.exitCode, output: stdout + stderr }),
    );
  });
}
