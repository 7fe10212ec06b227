import { randomBytes } from 'node:crypto';
import { appendFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toBase64url } from '@suffrage/contracts/bytes';
import { findSecrets } from './find-secrets.ts';

/** Names the directory in which services in tests leave their logs, metrics and spans, and the keys and headers of topics. */
export const WRITTEN_DIRECTORY = 'SUFFRAGE_TEST_WRITTEN';
/** Every secret that tests have made themselves, a line each; itself not searched. */
const PLANTED = 'planted';

/** Has everything kept until the run ends. Returns the search: it throws when there is a secret (INV-10), and removes all otherwise. */
export async function keepWritten(): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'suffrage-written-'));
  process.env[WRITTEN_DIRECTORY] = directory;
  writeFileSync(join(directory, PLANTED), '');
  return async () => {
    const file = join(directory, PLANTED);
    const planted = new Set((await readFile(file, 'utf8')).split('\n'));
    planted.delete('');
    await rm(file);
    const found = await searchFiles(directory, planted);
    if (found.length > 0)
      throw new Error(
        `the suite has written what nobody may read (INV-10):\n${found
          .slice(0, 20)
          .map(place => `  ${place}`)
          .join('\n')}`,
      );
    await rm(directory, { recursive: true });
  };
}

/** `file:line what` of each secret in the files of a directory (INV-10); never the secret itself. */
export async function searchFiles(directory: string, planted: ReadonlySet<string>): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(directory)) {
    const file = join(directory, name);
    for (const { line, kind } of findSecrets(await readFile(file, 'utf8'), planted))
      found.push(`${file}:${line} ${kind}`);
  }
  return found;
}

/** As text may hold it. */
export function notationsOf(secret: Uint8Array): string[] {
  const bytes = Buffer.from(secret);
  return [toBase64url(secret), bytes.toString('base64'), bytes.toString('hex')];
}

/** Leaves a text to be searched when the run ends, in a file of its own; nothing outside such a run. */
export function keep(what: string, text: string): void {
  const file = fileFor(what);
  if (file !== undefined && text !== '') writeFileSync(file, text);
}

/** Where to write what is searched when the run ends, a name of its own each time; `undefined` outside such a run. */
export function fileFor(what: string): string | undefined {
  const directory = process.env[WRITTEN_DIRECTORY];
  return directory && join(directory, `${what}-${process.pid}-${randomBytes(3).toString('hex')}`);
}

/** Remembers secrets that a test is about to use: nothing that the suite writes may hold one, in whatever notation. */
export function plant(...secrets: readonly Uint8Array[]): void {
  const directory = process.env[WRITTEN_DIRECTORY];
  if (directory === undefined) return;
  const lines = secrets.filter(({ length }) => length > 0).flatMap(notationsOf);
  appendFileSync(join(directory, PLANTED), `${lines.join('\n')}\n`);
}
