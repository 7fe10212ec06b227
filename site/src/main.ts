import { join } from 'node:path';
import { repositoryDirectory } from '@suffrage/stack/paths';
import { build } from 'vitepress';
import { checkBuilt } from './check-built.ts';
import { preparePages } from './prepare.ts';

const usage = `make site: builds the documentation as a site into out/site and follows every link in it.

  SITE_BASE=/path/   where on its host the site will be (default /)

Exit status 1 when a link leads nowhere, or when a page would fetch something from another host.
`;

async function main(): Promise<number> {
  if (process.argv.includes('--help')) {
    process.stdout.write(usage);
    return 0;
  }
  const out = join(repositoryDirectory, 'out');
  const missing = preparePages(join(out, 'site-pages'));
  if (missing.length > 0) return refuse('links to what the repository does not have', missing);
  // Files that pages offer, which VitePress would take for pages.
  process.env.VITE_EXTRA_EXTENSIONS = 'py,proto,sh';
  await build(join(repositoryDirectory, 'site'));
  const { dead, external } = checkBuilt(join(out, 'site'), process.env.SITE_BASE ?? '/');
  if (dead.length > 0) return refuse('links that lead nowhere', dead);
  if (external.length > 0) return refuse('what a browser would fetch from other hosts', external);
  process.stdout.write('The site is in out/site; every link in it leads somewhere.\n');
  return 0;
}

function refuse(what: string, where: readonly string[]): number {
  process.stderr.write(`${where.length} ${what}:\n${where.map(line => `  ${line}\n`).join('')}`);
  return 1;
}

process.exitCode = await main();
