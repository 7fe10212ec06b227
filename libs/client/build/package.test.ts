import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const CLIENT = join(import.meta.dirname, '..');
const ROOT = join(CLIENT, '../..');
const tool = (path: string) => join(CLIENT, 'node_modules', path);
const MAX_GZIPPED_BYTES = 50_000;

let directory: string;
let built: string;

/** Its output. @throws Error with the output where it fails. */
function run(program: string, parameters: readonly string[], cwd = directory): string {
  const { status, stdout, stderr } = spawnSync(program, parameters, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${parameters.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'client-package-'));
  built = join(directory, 'built');
  run(process.execPath, [join(CLIENT, 'build/main.ts'), built]);
  // As installed: the package, and its dependencies beside it.
  await mkdir(join(directory, 'node_modules/@suffrage'), { recursive: true });
  await symlink(built, join(directory, 'node_modules/@suffrage/client'));
  const { dependencies } = JSON.parse(await readFile(join(built, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    const home = name === 'idb' || name === 'zod' ? CLIENT : join(CLIENT, '../contracts');
    await mkdir(join(built, 'node_modules', name, '..'), { recursive: true });
    await symlink(join(home, 'node_modules', name), join(built, 'node_modules', name));
  }
  await writeFile(join(directory, 'package.json'), '{ "type": "module" }');
}, 120_000);

afterAll(() => rm(directory, { recursive: true, force: true }));

test('in a browser the client and all that it depends on take less than 50 kB gzipped', async () => {
  await writeFile(join(directory, 'all.js'), `export * from '@suffrage/client';`);
  const options = ['all.js', '--platform', 'browser', '--minify', '--file', 'bundle.js'];
  run(process.execPath, [tool('rolldown/bin/cli.mjs'), ...options]);
  const bundle = await readFile(join(directory, 'bundle.js'));
  expect(bundle.includes('indexedDB')).toBe(true);
  expect(bundle.includes('node:')).toBe(false);
  expect(gzipSync(bundle).length).toBeLessThan(MAX_GZIPPED_BYTES);
}, 120_000);

test('the package resolves for those who install it, with its types', async () => {
  const packed = ['pack', '--pack-destination', directory];
  run(join(ROOT, '.tools/bin/pnpm'), packed, built);
  const { version } = JSON.parse(await readFile(join(built, 'package.json'), 'utf8'));
  const archive = join(directory, `suffrage-client-${version}.tgz`);
  expect(run(process.execPath, [tool('publint/src/cli.js'), archive, '--strict'])).toContain('All good!');
  const shape = ['@arethetypeswrong/cli/dist/index.js', archive, '--profile', 'esm-only'];
  expect(run(process.execPath, [tool(shape[0] ?? ''), ...shape.slice(1)])).toContain('node16 (from ESM)');
}, 120_000);

test('what an application writes against it compiles strictly, and runs', async () => {
  await writeFile(
    join(directory, 'application.ts'),
    `import { createVoter, fileStore, type VoteProblemCode } from '@suffrage/client/node';
     import { indexedDbStore } from '@suffrage/client/browser';
     const voter = createVoter({ registrarUrl: '', ingestionUrl: '', resultsUrl: '', store: fileStore('votes') });
     const result = await voter.resume('an-election');
     const code: VoteProblemCode | undefined = result && !result.ok ? result.code : undefined;
     // @ts-expect-error a vote needs a ballot
     const wrong = () => voter.cast({}, {});
     console.log(code, typeof wrong, typeof indexedDbStore);`,
  );
  const options = ['--strict', '--module', 'nodenext', '--target', 'es2024', '--lib', 'es2024,dom'];
  run(join(ROOT, 'node_modules/.bin/tsc'), ['--noEmit', '--types', '', ...options, 'application.ts']);
  expect(run(process.execPath, ['application.ts'])).toBe('undefined function function\n');
}, 120_000);
