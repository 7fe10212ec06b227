import { cp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { type OutputChunk, rolldown } from 'rolldown';
import { keepPlaces, placeOf, prologue } from './keep-places.ts';
import { describePackages, packageDirectory } from './packages.ts';
import { billOfMaterials } from './sbom.ts';
import type { Target } from './targets.ts';

/** Asked for by packages that do without: native twins of what they have in JavaScript as well. */
const DONE_WITHOUT = ['@napi-rs/nice', 'bufferutil', 'pg-native', 'utf-8-validate'];

const MODULES = '{"type":"module"}\n';

/** Files in an image have one time, so that the same contents give the same layer. 2020-01-01. */
const FILE_TIME = new Date(1_577_836_800_000);

/**
 * Writes all that one image holds beside its base into `directory`, which is emptied before. The same sources, packages and
 * bundler give the same bytes, wherever the checkout lies.
 */
export async function bundleTarget(root: string, target: Target, directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  const sources = new Set<string>();
  for (const [name, source] of Object.entries(target.programs))
    await bundle(root, { [name]: join(root, source) }, directory, sources);
  // Together, because they share the state of what they load; in one thread that is piscina's.
  const threads = target.threads.map(source => [
    join('files', source.replace(/\.[jt]s$/, '')),
    find(root, target, sources, source),
  ]);
  if (threads.length > 0) await bundle(root, Object.fromEntries(threads), directory, sources);
  for (const source of target.threads) {
    // Below node_modules the nearest package.json decides what kind of module a file is, and there is none.
    await writeFile(join(directory, 'files', dirname(source), 'package.json'), MODULES);
  }
  for (const file of target.files) {
    const from = find(root, target, sources, file);
    sources.add(from);
    await cp(from, join(directory, 'files', file), { recursive: true });
  }
  await writeFile(join(directory, 'package.json'), MODULES);
  const packages = await describePackages(sources);
  await writeFile(join(directory, 'sbom.cdx.json'), billOfMaterials(target.name, packages));
  await setTimes(directory);
}

/** Each input becomes one file, by its name in `directory`; several share what both need. Adds what went in to `sources`. */
async function bundle(
  root: string,
  input: Readonly<Record<string, string>>,
  directory: string,
  sources: Set<string>,
): Promise<void> {
  const complaints: string[] = [];
  const build = await rolldown({
    input: { ...input },
    cwd: root,
    platform: 'node',
    tsconfig: false,
    external: DONE_WITHOUT,
    plugins: [keepPlaces(root)],
    onLog: (_level, log) => {
      // A package that is not there would be missed when the program runs, not now.
      if (log.code === 'UNRESOLVED_IMPORT') complaints.push(log.message);
    },
  });
  const { output } = await build.write({
    dir: directory,
    format: 'esm',
    codeSplitting: Object.keys(input).length > 1,
    entryFileNames: '[name].js',
    chunkFileNames: 'files/shared/[name]-[hash].js',
    banner: ({ fileName }) => prologue(relative(dirname(fileName), '.') || '.'),
  });
  await build.close();
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
  const chunks = output.filter((part): part is OutputChunk => part.type === 'chunk');
  for (const id of chunks.flatMap(({ moduleIds }) => moduleIds)) if (!id.startsWith('\0')) sources.add(id);
}

/** Where a file of a target lies: packages where the bundled ones came from, or where its workspace depends on them. */
function find(root: string, { workspace }: Target, sources: ReadonlySet<string>, file: string): string {
  const [, name] = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file) ?? [];
  if (name === undefined) return join(root, file);
  const bundled = [...sources].find(source => placeOf(root, source).startsWith(`node_modules/${name}/`));
  const home =
    bundled === undefined ? resolve(root, workspace, 'node_modules', name) : packageDirectory(bundled);
  return join(home, file.slice(`node_modules/${name}/`.length));
}

async function setTimes(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true }))
    await utimes(join(entry.parentPath, entry.name), FILE_TIME, FILE_TIME);
  await utimes(directory, FILE_TIME, FILE_TIME);
}
