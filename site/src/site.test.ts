import { createReadStream, existsSync, mkdirSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { extname, join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { repositoryDirectory } from '@suffrage/stack/paths';
import { launchChromium } from '@suffrage/test/chromium';
import type { Browser, Page } from 'playwright-core';

jest.setTimeout(120_000);

const site = join(repositoryDirectory, 'out/site');
const pictures = join(repositoryDirectory, 'out/site-pictures');
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};
/** One of each kind: text, wide tables, the figures, much code. */
const PAGES = [
  'index.html',
  'docs/how-suffrage-loses-no-vote.html',
  'docs/design/zero-loss.html',
  'docs/runbooks/index.html',
];
const WIDTHS = [360, 1280];

let server: Server;
let origin: string;
let browser: Browser;

beforeAll(async () => {
  if (!existsSync(join(site, 'index.html'))) throw new Error('the site is not built: make site');
  mkdirSync(pictures, { recursive: true });
  server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname);
    const file = join(site, path.endsWith('/') ? `${path}index.html` : path);
    if (!existsSync(file) || !statSync(file).isFile()) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('a listening server has an address');
  origin = `http://127.0.0.1:${address.port}`;
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
});

async function open(
  path: string,
  width: number,
): Promise<{ page: Page; elsewhere: string[]; errors: string[] }> {
  const context = await browser.newContext({ viewport: { width, height: 800 } });
  const page = await context.newPage();
  const elsewhere: string[] = [];
  const errors: string[] = [];
  page.on('request', request => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('data:'))
      elsewhere.push(request.url());
  });
  page.on('pageerror', error => errors.push(error.message));
  page.on('response', response => {
    if (response.status() >= 400) errors.push(`${response.status()} ${response.url()}`);
  });
  await page.goto(`${origin}/${path}`, { waitUntil: 'networkidle' });
  return { page, elsewhere, errors };
}

const views = PAGES.flatMap(path => WIDTHS.map(width => [path, width] as const));
test.each(views)(
  '%s at %i pixels reads without scrolling sideways, faults or help from other hosts',
  async (path, width) => {
    const { page, elsewhere, errors } = await open(path, width);
    await page.screenshot({
      path: join(pictures, `${path.replaceAll('/', '-').replace('.html', '')}-${width}.png`),
    });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect([elsewhere, errors]).toEqual([[], []]);
    const { violations } = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'])
      .analyze();
    expect(
      violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 120)).slice(0, 3)]),
    ).toEqual([]);
    await page.context().close();
  },
);

test('the search finds a page by a word in it, without asking anybody', async () => {
  const { page, elsewhere } = await open('index.html', 1280);
  await page.keyboard.press('Control+k');
  await page.getByRole('searchbox').fill('epoch');
  await page.getByRole('option').first().waitFor();
  expect(await page.getByRole('option').count()).toBeGreaterThan(0);
  expect(elsewhere).toEqual([]);
  await page.context().close();
});
