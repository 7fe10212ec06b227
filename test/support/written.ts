import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findSecrets } from './find-secrets.ts';

/** Names the directory in which services in tests leave their logs. */
export const WRITTEN_DIRECTORY = 'SUFFRAGE_TEST_WRITTEN';

/** Has logs kept until the run ends. Returns the search: it throws when they hold a secret (INV-10), and removes them otherwise. */
export async function keepWritten(): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'suffrage-written-'));
  process.env[WRITTEN_DIRECTORY] = directory;
  return async () => {
    const found: string[] = [];
    for (const name of await readdir(directory)) {
      const text = await readFile(join(directory, name), 'utf8');
      for (const { line, kind } of findSecrets(text))
        found.push(`  ${join(directory, name)}:${line} ${kind}`);
    }
    if (found.length > 0)
      throw new Error(
        `services have logged what nobody may read (INV-10):\n${found.slice(0, 20).join('\n')}`,
      );
    await rm(directory, { recursive: true });
  };
}
