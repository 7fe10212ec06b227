import { spawnSync } from 'node:child_process';

/**
 * Runs a program and waits for it. @returns what it printed, where `shows` is not set; with it, its output is the terminal's.
 * @throws Error when it fails or is not there
 */
export type RunProgram = (
  program: string,
  words: readonly string[],
  options: { readonly directory: string; readonly shows?: boolean },
) => string;

export const runProgram: RunProgram = (program, words, { directory, shows = false }) => {
  const { status, stdout, error } = spawnSync(program, words, {
    cwd: directory,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', shows ? 'inherit' : 'pipe', 'inherit'],
  });
  if (error) throw new Error(`${program} could not be run: ${error.message}`);
  if (status !== 0) throw new Error(`${program} ${words[0] ?? ''} ended with status ${status}`);
  return stdout ?? '';
};
