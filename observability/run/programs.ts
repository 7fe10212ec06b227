import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryDirectory } from '@suffrage/stack/paths';

/** The user's own where PROMETHEUS_DIRECTORY says, else those of the set-up. @throws Error with the remedy when they are missing. */
export function prometheusPrograms(): { readonly prometheus: string; readonly promtool: string } {
  const directory = process.env.PROMETHEUS_DIRECTORY ?? join(repositoryDirectory, '.tools/bin');
  const program = (name: string) => {
    const path = join(directory, name);
    if (existsSync(path)) return path;
    throw new Error(
      `${path} is missing: tools/setup/setup.sh prometheus installs it, PROMETHEUS_DIRECTORY=DIR takes yours`,
    );
  };
  return { prometheus: program('prometheus'), promtool: program('promtool') };
}
