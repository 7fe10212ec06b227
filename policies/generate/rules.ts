import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const POLICIES = join(import.meta.dirname, '..');
/** Rules that look at one object at a time: only those can be asked when an object is created. */
const DIRECTORIES = ['each', 'production'] as const;

/** A file of policies/kubernetes. */
export type RegoFile = {
  /** Of `package lib.NAME`, which is also the file's. */
  readonly name: string;
  readonly directory: string;
  readonly text: string;
  /** Its first comment. */
  readonly what: string;
  /** Names of the files that it needs. */
  readonly imports: readonly string[];
  /** How many ways there are to be refused. */
  readonly refusals: number;
};

export function readRego(directory: string): RegoFile[] {
  const at = join(POLICIES, directory);
  const files = readdirSync(at).filter(file => file.endsWith('.rego'));
  return files.toSorted().map(file => {
    const text = readFileSync(join(at, file), 'utf8');
    const comment = text.slice(0, text.indexOf('\npackage '));
    return {
      name: file.replace('.rego', ''),
      directory,
      text,
      what: comment.replaceAll(/^# /gm, '').replaceAll('\n', ' '),
      imports: [...text.matchAll(/^import data\.lib\.(\w+)$/gm)].map(([, name = '']) => name),
      refusals: [...text.matchAll(/^deny contains /gm)].length,
    };
  });
}

export function readSingleObjectRules(): RegoFile[] {
  return DIRECTORIES.flatMap(directory => readRego(join('kubernetes', directory)));
}
