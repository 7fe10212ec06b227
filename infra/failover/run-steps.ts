import { setTimeout as wait } from 'node:timers/promises';

/** A program of the machine and its arguments. */
export type Command = readonly [program: string, ...args: string[]];

/** One step. What it brings about is looked for before and after it, so a run that broke off is simply begun again. */
export type Step = {
  readonly name: string;
  /** What holds after it. */
  readonly what: string;
  /** Changes nothing. */
  readonly look: () => Command;
  /** Of what the look has shown. @throws Error where it can never come to hold. */
  readonly holds: (shown: string) => boolean;
  /** What to do where it does not hold; none: it is only waited for. */
  readonly commands?: (shown: string) => readonly Command[];
  /** Asked before the commands. */
  readonly question?: string;
  readonly minutes: number;
  /** What to do when it does not come to hold. */
  readonly remedy: string;
};

export type Surroundings = {
  readonly say: (line: string) => void;
  /** What it prints. @throws Error when it fails */
  readonly run: (command: Command) => Promise<string>;
  readonly confirm: (question: string) => Promise<boolean>;
  /** Looks, and prints what it would do. */
  readonly dryRun: boolean;
  readonly pollMillis: number;
};

/** Does what does not hold yet, in order. @returns false when the operator says no. @throws Error at the first step that fails */
export async function runSteps(steps: readonly Step[], surroundings: Surroundings): Promise<boolean> {
  const { say, run, confirm, dryRun } = surroundings;
  for (const [index, step] of steps.entries()) {
    say(`\n${index + 1}/${steps.length} ${step.name}: ${step.what}`);
    const look = step.look();
    say(`    $ ${printed(look)}`);
    const shown = await run(look);
    if (step.holds(shown)) {
      say(`    ${shownBriefly(shown)}: holds`);
      continue;
    }
    const commands = step.commands?.(shown) ?? [];
    if (!dryRun && step.question && !(await confirm(step.question))) {
      say(`Stopped before "${step.name}": nothing of it was done. The same command goes on from here.`);
      return false;
    }
    for (const command of commands) {
      say(`    ${dryRun ? 'would run' : '$'} ${printed(command)}`);
      if (!dryRun) await run(command);
    }
    if (dryRun) say(`    ${shownBriefly(shown)}: does not hold`);
    else await untilItHolds(step, surroundings);
  }
  return true;
}

async function untilItHolds(
  { name, look, holds, minutes, remedy }: Step,
  { say, run, pollMillis }: Surroundings,
) {
  const deadline = Date.now() + minutes * 60_000;
  for (;;) {
    const shown = await run(look());
    if (holds(shown)) return say(`    ${shownBriefly(shown)}: done`);
    if (Date.now() >= deadline) throw new Error(`${name}: ${shownBriefly(shown)} does not hold. ${remedy}`);
    await wait(pollMillis);
  }
}

const shownBriefly = (shown: string) => (shown === '' ? 'nothing' : shown.slice(0, 120));

/** As a shell takes it. */
const printed = (command: Command) =>
  command
    .map(word => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
