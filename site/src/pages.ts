import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { repositoryDirectory } from '@suffrage/stack/paths';

/** `path`: in the repository; `page`: where the site has it, a README as the index of its directory. */
export type Page = { readonly path: string; readonly page: string; readonly title: string };

const PROJECT = ['CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'];
const FIRST = ['README.md', 'docs/how-suffrage-loses-no-vote.md', 'docs/design/life-of-a-vote.md'];

/** Everything under version control (or about to be): what is only on this machine is not for the site. */
export function repositoryFiles(): string[] {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: repositoryDirectory,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 ** 2,
  });
  return list
    .split('\0')
    .filter(path => path !== '' && existsSync(join(repositoryDirectory, path)))
    .toSorted();
}

export function findPages(files: readonly string[] = repositoryFiles()): Page[] {
  return files
    .filter(path => path.endsWith('.md'))
    .map(path => ({ path, page: pageOf(path), title: titleOf(path) }));
}

/** `services/processor/README.md` is `services/processor/index.md` there. */
export function pageOf(path: string): string {
  return posix.basename(path) === 'README.md' ? posix.join(posix.dirname(path), 'index.md') : path;
}

function titleOf(path: string): string {
  const text = readFileSync(join(repositoryDirectory, path), 'utf8');
  return (
    /^# (.+)$/m
      .exec(text)?.[1]
      ?.replaceAll(/[`*]/g, '')
      .replace(/^@suffrage\//, '') ?? posix.basename(path, '.md')
  );
}

export type Group = { readonly text: string; readonly pages: readonly Page[] };

/** Each page once, in the order in which somebody new would read. */
export function groupPages(pages: readonly Page[]): Group[] {
  const within = (directory: string) =>
    pages.filter(({ path }) => dirname(path) === directory && !FIRST.includes(path));
  const groups: Group[] = [
    { text: 'Start here', pages: named(pages, FIRST) },
    { text: 'Design', pages: within('docs/design') },
    { text: 'Use and operate', pages: within('docs') },
    { text: 'Runbooks', pages: within('docs/runbooks') },
    { text: 'Reference', pages: within('docs/reference') },
    { text: 'Project', pages: named(pages, PROJECT) },
  ];
  const placed = new Set(groups.flatMap(group => group.pages));
  const parts = pages.filter(page => !placed.has(page));
  return [...groups, { text: 'Parts', pages: parts }].filter(group => group.pages.length > 0);
}

const named = (pages: readonly Page[], paths: readonly string[]) =>
  paths.flatMap(path => pages.filter(page => page.path === path));
