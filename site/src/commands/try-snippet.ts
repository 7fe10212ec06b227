import { existsSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import { SourceTextModule } from 'node:vm';
import { readDocuments } from '@suffrage/delivery/read-documents';
import { repositoryDirectory } from '@suffrage/stack/paths';
import { z } from 'zod';
import { repositoryFiles } from '../pages.ts';
import type { Block } from './read-blocks.ts';

/** Languages of which a block is read, not run. @returns whether it was one. @throws Error where it is none of its language */
export function trySnippet({ language, body }: Block): boolean {
  switch (language) {
    case 'json':
      JSON.parse(body);
      return true;
    case 'yaml':
      readDocuments(body);
      return true;
    case 'ts':
    case 'js':
      tryModule(body);
      return true;
    default:
      return false;
  }
}

/** Its syntax is right, and what it imports of ours is there. */
function tryModule(body: string): void {
  const read = new SourceTextModule(stripTypeScriptTypes(body));
  if (read.status !== 'unlinked') throw new Error('a snippet is read, not run');
  for (const [, list = '', specifier = ''] of body.matchAll(/import \{([^}]+)\} from '([^']+)'/g)) {
    const source = sourceOf(specifier);
    if (source === undefined) continue;
    const text = readFileSync(source, 'utf8');
    for (const name of list.split(',').map(each => each.trim()))
      if (!new RegExp(`export [^;]*\\b${name}\\b`).test(text))
        throw new Error(`${specifier} does not export ${name}`);
  }
}

const manifest = z.looseObject({
  name: z.string().optional(),
  exports: z.record(z.string(), z.union([z.string(), z.record(z.string(), z.string())])).optional(),
});

/** The file behind a package of this workspace; undefined for others' packages. */
function sourceOf(specifier: string): string | undefined {
  if (!specifier.startsWith('@suffrage/')) return undefined;
  const [scope, own, ...rest] = specifier.split('/');
  for (const path of repositoryFiles().filter(file => file.endsWith('package.json'))) {
    const { name, exports } = manifest.parse(
      JSON.parse(readFileSync(join(repositoryDirectory, path), 'utf8')),
    );
    if (name !== `${scope}/${own}`) continue;
    const target = exported(exports ?? {}, rest.join('/'));
    const file = target && join(repositoryDirectory, dirname(path), target);
    if (!file || !existsSync(file)) throw new Error(`${specifier} is not exported`);
    return file;
  }
  throw new Error(`there is no package ${scope}/${own}`);
}

function exported(
  exports: NonNullable<z.infer<typeof manifest>['exports']>,
  rest: string,
): string | undefined {
  for (const [name, target] of Object.entries(exports)) {
    const star = new RegExp(`^${name.replace(/^\.\/?/, '').replace('*', '(.+)')}$`).exec(rest);
    // Where it is built for others, `source` or the first is what it is built from.
    if (star) {
      const file = typeof target === 'string' ? target : (target['source'] ?? Object.values(target)[0]);
      return file?.replace('*', star[1] ?? '');
    }
  }
  return undefined;
}
