import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

export type CommandResult = {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** Runs the audit as `make audit` does. */
export async function runAudit(args: readonly string[]): Promise<CommandResult> {
  const child = spawn(process.execPath, [main, ...args]);
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', data => (output.stdout += String(data)));
  child.stderr.on('data', data => (output.stderr += String(data)));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { status, ...output };
}
