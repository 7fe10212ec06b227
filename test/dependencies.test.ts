import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { z } from 'zod';

const ROOT = join(import.meta.dirname, '..');
const versions = z.record(z.string(), z.string()).default({});
const manifest = z.object({ dependencies: versions, devDependencies: versions });

/** Packages of others that any of ours depends on; types go with what they are of. */
function dependencies(): Set<string> {
  const files = globSync('{,*/,*/*/}package.json', { cwd: ROOT, exclude: ['node_modules/**'] });
  expect(files.length).toBeGreaterThan(20);
  const named = files
    .flatMap(file => {
      const read = manifest.parse(JSON.parse(readFileSync(join(ROOT, file), 'utf8')));
      return Object.entries({ ...read.dependencies, ...read.devDependencies });
    })
    .filter(([name, version]) => !version.startsWith('workspace:') && !name.startsWith('@types/'));
  return new Set(named.map(([name]) => name));
}

test('each dependency has one line with its reason', () => {
  const document = readFileSync(join(ROOT, 'docs/design/dependencies.md'), 'utf8');
  const listed = [...document.matchAll(/^\| (.+?) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );
  const linesOf = (dependency: string) =>
    listed.filter(name =>
      name.endsWith('/*') ? dependency.startsWith(name.slice(0, -1)) : name === dependency,
    );
  const wrong = [...dependencies()].filter(name => linesOf(name).length !== 1);
  expect(wrong).toEqual([]);
});
