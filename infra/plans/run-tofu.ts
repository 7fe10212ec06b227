import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const change = z.object({
  address: z.string(),
  type: z.string(),
  change: z.object({
    actions: z.array(z.enum(['no-op', 'create', 'read', 'update', 'delete', 'forget'])),
    after: z.record(z.string(), z.unknown()).nullish(),
  }),
});
const plan = z.object({ resource_changes: z.array(change).default([]) });

/** A resource that a plan changes; `actions` as OpenTofu prints them, `after` what it will be, as far as that is known. */
export type Change = {
  readonly address: string;
  readonly type: string;
  readonly actions: readonly string[];
  readonly after: Readonly<Record<string, unknown>>;
};

export type Variables = Readonly<Record<string, unknown>>;

/**
 * One environment in a directory of its own, against the double of the AWS provider and a state in a file.
 * @throws Error with what OpenTofu said, where it refuses.
 */
export function environment(directory: string, program: string) {
  const run = (...words: string[]): string => {
    const { status, stdout, stderr, error } = spawnSync(program, words, {
      cwd: directory,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    if (error) throw error;
    if (status !== 0) throw new Error(stderr);
    return stdout;
  };
  const planned = (file: string, words: readonly string[]): void => {
    // There is nothing behind the double that could have changed.
    run('plan', '-refresh=false', '-input=false', '-no-color', '-compact-warnings', `-out=${file}`, ...words);
  };
  run('get');
  return {
    /** What would change, resources that stay as they are left out. Writes NAME.json, the plan as OpenTofu prints it for programs. */
    plan(name: string, variables: Variables, ...words: string[]): Change[] {
      const file = join(directory, `${name}.tfplan`);
      planned(file, [...words, ...given(variables)]);
      const shown = run('show', '-json', file);
      writeFileSync(join(directory, `${name}.json`), shown);
      return plan
        .parse(JSON.parse(shown))
        .resource_changes.map(({ address, type, change: { actions, after } }) => ({
          address,
          type,
          actions,
          after: after ?? {},
        }))
        .filter(({ actions }) => actions.some(action => action !== 'no-op'));
    },
    /** Applies the plan of that name. */
    apply(name: string): void {
      run('apply', '-input=false', '-no-color', '-compact-warnings', join(directory, `${name}.tfplan`));
    },
    /** What stands at these addresses is no concern of this state any more. */
    forget: (addresses: readonly string[]): void => void run('state', 'rm', ...addresses),
    outputs: (): string => run('output', '-json'),
  };
}

function given(variables: Variables): string[] {
  return Object.entries(variables).map(
    ([name, value]) => `-var=${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
}
