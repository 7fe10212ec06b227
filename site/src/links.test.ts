import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { checkBuilt } from './check-built.ts';
import { headingAnchor } from './heading-anchor.ts';
import { rewriteLinks } from './rewrite-links.ts';

const repository = {
  files: new Set(['README.md', 'docs/a.md', 'docs/p.png', 'docs/verify.py', 'services/x/README.md']),
  directories: new Set(['.', 'docs', 'services', 'services/x']),
};
const rewrite = (text: string) => rewriteLinks('docs/a.md', text, repository);

test('links between pages, to pictures, files, directories and other hosts are kept whole', () => {
  const text =
    'see [r](../README.md#top) [x](../services/x) ![p](p.png) [v](verify.py) [e](https://a.b) [h](#h)';
  const rewritten = rewrite(text);
  expect(rewritten.text).toBe(
    'see [r](../index.md#top) [x](../services/x/index.md) ![p](./p.png) [v](/docs/verify.py) [e](https://a.b) [h](#h)',
  );
  expect(rewritten.assets).toEqual(['docs/p.png', 'docs/verify.py']);
  expect(rewritten.dead).toEqual([]);
});

test('a link to what the repository does not have is told; code is left alone', () => {
  expect(rewrite('[gone](../gone.md) <img src="no.png">').dead).toEqual(['../gone.md', 'no.png']);
  expect(rewrite('`[a](gone.md)` and\n```\n[b](gone.md)\n```\n').dead).toEqual([]);
});

test('headings get the anchors of repository hosts', () => {
  expect(headingAnchor('3. Cast (`services/ingestion`)')).toBe('3-cast-servicesingestion');
  expect(headingAnchor('Is every vote accounted for?')).toBe('is-every-vote-accounted-for');
});

const site = mkdtempSync(join(tmpdir(), 'suffrage-site-'));
afterAll(() => rmSync(site, { recursive: true, force: true }));

test('a built site with a dead link, a dead heading or something from another host is found out', () => {
  const page = (body: string) => `<html><div id="app">${body}</div></html>`;
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(site, name)), { recursive: true });
    writeFileSync(join(site, name), text);
  };
  write(
    'index.html',
    page('<a href="/docs/a.html#there">1</a><a href="/docs/a.html#not">2</a><a href="gone.html">3</a>'),
  );
  write(
    'docs/a.html',
    page('<h2 id="there">x</h2><img src="https://cdn.example/x.png"><a href="https://a.b">4</a>'),
  );
  write('docs/b.html', page('<link rel="stylesheet" href="https://fonts.example/a.css"><a href="../">5</a>'));
  write('assets/style.css', '@font-face{src:url(//fonts.example/a.woff2)} a{background:url(/x.png)}');
  expect(checkBuilt(site, '/')).toEqual({
    dead: ['index.html: /docs/a.html#not', 'index.html: gone.html'],
    external: [
      'docs/a.html: https://cdn.example/x.png',
      'docs/b.html: https://fonts.example/a.css',
      'assets/style.css: //fonts.example/a.woff2',
    ],
  });
});
