import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** Runs a program of the machine and gives what it printed. @throws Error when it fails or is not there */
export type RunProgram = (
  program: string,
  args: readonly string[],
  options?: { readonly input?: string; readonly showsOutput?: boolean },
) => Promise<string>;

/** What it says on the way goes to the terminal; `showsOutput` sends its output there too. Arguments are no secrets. */
export const runProgram: RunProgram = async (program, args, { input, showsOutput = false } = {}) => {
  process.stderr.write(`> ${program} ${args.join(' ')}\n`);
  const child = spawn(program, [...args], {
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', error =>
      reject(new Error(`${program} could not be run: ${error.message}. Install it.`)),
    );
    child.once('close', resolve);
  });
  child.stdin?.end(input);
  const [output, status] = await Promise.all([child.stdout ? text(child.stdout) : '', ended]);
  if (showsOutput) process.stdout.write(output);
  if (status !== 0) throw new Error(`${program} ${args[0] ?? ''} ended with status ${status}`);
  return output;
};
