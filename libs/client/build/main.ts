import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { rolldown } from 'rolldown';

/**
 * Writes the package as it is published: one bundle for browsers and one for Node, with the suite's contracts inside and
 * the packages of others left to the installer, and the types of both.
 */
const USAGE = `usage: node libs/client/build/main.ts [directory, default libs/client/dist]`;
const CLIENT = resolve(import.meta.dirname, '..');
const TSC = join(CLIENT, '../../node_modules/.bin/tsc');
const [argument = join(CLIENT, 'dist')] = process.argv.slice(2);

if (argument.startsWith('-')) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(argument === '--help' ? 0 : 2);
}
const out = resolve(argument);
await mkdir(out, { recursive: true });
await bundle('browser');
await bundle('node');
await writeTypes();
await writePackage();

async function bundle(platform: 'browser' | 'node'): Promise<void> {
  const build = await rolldown({
    input: join(CLIENT, `src/${platform}.ts`),
    platform,
    external: Object.keys(await publishedDependencies()).map(name => new RegExp(`^${name}(/|$)`)),
  });
  await build.write({ file: join(out, `${platform}.js`), format: 'esm' });
  await build.close();
}

/** The compiler leaves the names of workspace packages and of sources; both become paths to the types beside them. */
async function writeTypes(): Promise<void> {
  const types = join(out, 'types');
  execFileSync(TSC, ['-p', join(import.meta.dirname, 'tsconfig.types.json'), '--outDir', types], {
    stdio: 'inherit',
  });
  for (const name of await readdir(types, { recursive: true })) {
    if (!name.endsWith('.d.ts')) continue;
    const file = join(types, name);
    const toContracts = relative(dirname(file), join(types, 'contracts/src')).replaceAll('\\', '/');
    const text = (await readFile(file, 'utf8'))
      .replaceAll(/(['"])@suffrage\/contracts\/([^'"]+)\1/g, (_, quote, path) =>
        [quote, toContracts, '/', path, '.js', quote].join(''),
      )
      .replaceAll(/(['"])(\.{1,2}\/[^'"]+)\.ts\1/g, '$1$2.js$1');
    await writeFile(file, text);
  }
}

async function writePackage(): Promise<void> {
  const { name, version, license } = JSON.parse(await readFile(join(CLIENT, 'package.json'), 'utf8'));
  const entry = (platform: string) => ({
    types: `./types/client/src/${platform}.d.ts`,
    default: `./${platform}.js`,
  });
  const published = {
    name,
    version,
    license,
    description: 'Casts votes of a Suffrage election, and keeps each on the device until it is counted.',
    type: 'module',
    engines: { node: '>=24.21.0' },
    sideEffects: false,
    exports: {
      '.': { browser: entry('browser'), default: entry('node') },
      './browser': entry('browser'),
      './node': entry('node'),
    },
    files: ['*.js', 'types', 'README.md'],
    dependencies: await publishedDependencies(),
  };
  await writeFile(join(out, 'package.json'), `${JSON.stringify(published, undefined, 2)}\n`);
  await writeFile(join(out, 'README.md'), await readFile(join(CLIENT, 'README.md')));
}

/** Packages of others that the bundles import, at the versions that the suite is tested with. */
async function publishedDependencies(): Promise<Record<string, string>> {
  const catalog = await readFile(join(CLIENT, '../../pnpm-workspace.yaml'), 'utf8');
  const versionOf = (name: string) => {
    const version = new RegExp(`^  "?${name}"?: (.+)$`, 'm').exec(catalog)?.[1];
    if (!version) throw new Error(`${name} is not in the catalog of pnpm-workspace.yaml`);
    return version;
  };
  const names = ['@noble/hashes', 'canonicalize', 'idb', 'zod'];
  return Object.fromEntries(names.map(name => [name, versionOf(name)]));
}
