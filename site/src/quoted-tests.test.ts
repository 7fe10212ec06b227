import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { repositoryDirectory } from '@suffrage/stack/paths';
import { findPages } from './pages.ts';

type Quoted = { readonly file: string; readonly title: string };

/** Tests that a page names: a file as code, a colon or a comma, and the beginnings of titles, or parts of them, in quotation marks. */
function quotedTests(text: string): Quoted[] {
  const named = text.matchAll(/`([\w./-]+\.test\.ts)`[:,]((?:[\s,;]|and|“[^”]+”)+)/g);
  return [...named].flatMap(([, file = '', titles = '']) =>
    [...titles.matchAll(/“([^”]+)”/g)].map(([, title = '']) => ({ file, title })),
  );
}

/** Pages name a file from the repository's root, or from the sources of a service or library. */
function sourceOf(file: string): string | undefined {
  const [first = '', ...rest] = file.split('/');
  const places = [[first], ['services', first, 'src'], ['libs', first, 'src']];
  const found = places
    .map(place => join(repositoryDirectory, ...place, ...rest))
    .find(path => existsSync(path));
  return found && readFileSync(found, 'utf8');
}

const isThere = ({ file, title }: Quoted) => sourceOf(file)?.includes(title.replaceAll(/\s+/g, ' ')) === true;

test('every test that a page quotes exists', () => {
  const quoted = findPages().flatMap(({ path }) =>
    quotedTests(readFileSync(join(repositoryDirectory, path), 'utf8')).map(one => ({ path, ...one })),
  );
  expect(quoted.length).toBeGreaterThan(90);
  expect(quoted.filter(one => !isThere(one))).toEqual([]);
});

test('a quoted file or title that is not there is found out', () => {
  const text =
    'see `site/src/links.test.ts`: “headings get\nthe anchors”, “headings get none”; `gone/a.test.ts`: “x” and `runtime/http/server.test.ts`: “what is said”';
  const quoted = quotedTests(text);
  expect(quoted.map(isThere)).toEqual([true, false, false, true]);
});
