import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { repositoryDirectory } from '@suffrage/stack/paths';
import { findPages, type Page, repositoryFiles } from './pages.ts';
import { type Repository, rewriteLinks } from './rewrite-links.ts';

/**
 * Copies every page of the repository, with its pictures and the files that it names, into `directory`.
 * @returns links to what the repository does not have, `page: target`
 */
export function preparePages(directory: string): string[] {
  rmSync(directory, { recursive: true, force: true });
  const files = repositoryFiles();
  const pages = findPages(files);
  const repository = { files: new Set(files), directories: directoriesOf(files) };
  const dead = pages.flatMap(page => copyPage(page, directory, repository));
  for (const index of missingIndexes(pages)) write(join(directory, index.page), index.text);
  return dead;
}

function copyPage({ path, page }: Page, directory: string, repository: Repository): string[] {
  const source = readFileSync(join(repositoryDirectory, path), 'utf8');
  const { text, assets, dead } = rewriteLinks(path, source, repository);
  write(join(directory, page), text);
  for (const asset of assets) {
    const to = /\.(png|svg|jpg)$/.test(asset) ? asset : join('public', asset);
    cpSync(join(repositoryDirectory, asset), join(directory, to));
  }
  return dead.map(target => `${path}: ${target}`);
}

/** A directory of pages without a README gets a list of them: links go to directories as well. */
function missingIndexes(pages: readonly Page[]): { readonly page: string; readonly text: string }[] {
  const taken = new Set(pages.map(({ page }) => page));
  const directories = new Set(pages.map(({ path }) => posix.dirname(path)));
  return [...directories]
    .map(name => ({ name, page: posix.join(name, 'index.md') }))
    .filter(({ page }) => !taken.has(page))
    .map(({ name, page }) => ({
      page,
      text: [
        `# ${capital(posix.basename(name))}`,
        '',
        ...pages
          .filter(({ path }) => posix.dirname(path) === name)
          .map(({ path, title }) => `- [${title}](./${posix.basename(path)})`),
        '',
      ].join('\n'),
    }));
}

const capital = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

function directoriesOf(files: readonly string[]): Set<string> {
  const directories = new Set<string>(['.']);
  for (const file of files)
    for (let place = posix.dirname(file); place !== '.'; place = posix.dirname(place)) directories.add(place);
  return directories;
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
