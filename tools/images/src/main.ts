import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { printedProgress } from '@suffrage/stack/progress';
import { repositoryDirectory } from '@suffrage/stack/paths';
import { bundleTarget } from './bundle.ts';
import { DIRECTORIES, TARGETS } from './targets.ts';

const USAGE = `Writes what each container image holds: one bundled file for each program, and the files that it reads beside it.

  node tools/images/src/main.ts [options]

  --out DIR      where to (default out/images); what is there of these images is replaced
  --only NAMES   some of ${TARGETS.map(({ name }) => name).join(', ')}, separated by commas
  --help
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { out: { type: 'string' }, only: { type: 'string' }, help: { type: 'boolean', default: false } },
  });
  if (values.help) return void process.stdout.write(USAGE);
  const out = resolve(values.out ?? join(repositoryDirectory, 'out/images'));
  const names = values.only?.split(',') ?? TARGETS.map(({ name }) => name);
  const unknown = names.find(name => !TARGETS.some(target => target.name === name));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: there is no such image`);
  for (const directory of DIRECTORIES) mkdirSync(join(out, 'directories', directory), { recursive: true });
  const progress = printedProgress(line => void process.stdout.write(`${line}\n`));
  try {
    for (const target of TARGETS.filter(({ name }) => names.includes(name))) {
      const done = progress.begin(target.name);
      await bundleTarget(repositoryDirectory, target, join(out, target.name));
      done('is bundled');
    }
  } catch (error) {
    // Half of it would be taken for the whole by the next step.
    for (const name of names) rmSync(join(out, name), { recursive: true, force: true });
    throw error;
  } finally {
    progress.end();
  }
}

process.exitCode = await main().then(
  () => 0,
  (error: unknown) => {
    process.stderr.write(`images: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  },
);
