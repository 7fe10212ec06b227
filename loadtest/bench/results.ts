import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Results of cells, each in a file of its own, so that a run which was cut short goes on where it stood. */
export type Results = {
  readonly get: (name: string) => unknown;
  readonly put: (name: string, result: unknown) => void;
};

export function openResults(directory: string, { fresh }: { readonly fresh: boolean }): Results {
  if (fresh) rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const fileOf = (name: string) => join(directory, `${name.replaceAll(/[^a-z0-9]+/g, '-')}.json`);
  return {
    get: name => {
      try {
        return JSON.parse(readFileSync(fileOf(name), 'utf8'));
      } catch {
        // Not measured yet.
        return undefined;
      }
    },
    put: (name, result) => writeWhole(fileOf(name), result),
  };
}

/** Never leaves half a file under its name. */
export function writeWhole(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.partial`, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(`${file}.partial`, file);
}
