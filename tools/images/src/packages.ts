import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** A package of others of which something went into an image. */
export type Package = {
  readonly name: string;
  readonly version: string;
  readonly licence: string | undefined;
};

const description = z.looseObject({
  name: z.string(),
  version: z.string(),
  license: z.union([z.string(), z.looseObject({ type: z.string() })]).optional(),
});

/** The directory of the package that a file belongs to. @throws Error when it belongs to none. */
export function packageDirectory(file: string): string {
  const [, directory] = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)(?:\/|$)/.exec(file) ?? [];
  if (directory === undefined) throw new Error(`${file} is of no package`);
  return directory;
}

/** Those that these files are of, each once, ordered by name and version. */
export async function describePackages(files: Iterable<string>): Promise<Package[]> {
  const directories = new Set<string>();
  for (const file of files)
    if (file.includes('/node_modules/')) directories.add(await realpath(packageDirectory(file)));
  const found = new Map<string, Package>();
  for (const directory of directories) {
    const read = description.parse(JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')));
    const { name, version, license } = read;
    const licence = typeof license === 'object' ? license.type : license;
    found.set(`${name}@${version}`, { name, version, licence });
  }
  return [...found.keys()].toSorted().flatMap(key => found.get(key) ?? []);
}
