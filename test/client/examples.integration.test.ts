import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { ElectionDefinition } from '@suffrage/contracts/election';
import { results } from '@suffrage/demo/manager';
import { waitFor } from '@suffrage/stack/wait-for';
import { launchChromium } from '@suffrage/test/chromium';
import { startSuite, type Suite } from '@suffrage/test/suite';
import type { Browser, BrowserContext, Page, Request } from 'playwright-core';
import { openSmallElection } from '@suffrage/test/small-election';

const EXAMPLES = join(import.meta.dirname, '../../libs/client/examples');
const BUNDLER = join(EXAMPLES, '../node_modules/rolldown/bin/cli.mjs');

let suite: Suite;
let directory: string;
let browser: Browser;
let context: BrowserContext;
/** What the pages have asked of the services. */
let requests: Request[];
const closings: (() => Promise<void>)[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'examples-'));
  // As a process: its native part takes no objects of jest's context.
  const page = [join(EXAMPLES, 'page.ts'), '--platform', 'browser', '--file', join(directory, 'page.js')];
  execFileSync(process.execPath, [BUNDLER, ...page], { stdio: 'pipe' });
  browser = await launchChromium();
  suite = await startSuite();
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await suite?.stop();
  await rm(directory, { recursive: true, force: true });
}, 120_000);

beforeEach(async () => {
  for (const close of closings.splice(0)) await close();
  context = await browser.newContext();
  closings.push(() => context.close());
  requests = [];
  context.on('request', request => requests.push(request));
  const serve = (name: string, path: string, contentType: string) =>
    context.route(
      url => url.pathname === name,
      async route => route.fulfill({ body: await readFile(path), contentType }),
    );
  await serve('/vote/page.html', join(EXAMPLES, 'page.html'), 'text/html');
  await serve('/vote/page.js', join(directory, 'page.js'), 'text/javascript');
});

const addressOf = ({ id }: ElectionDefinition) => `${suite.stack.pageUrl}/vote/page.html?election=${id}`;

async function openPage(definition: ElectionDefinition): Promise<Page> {
  const page = await context.newPage();
  await page.goto(addressOf(definition));
  return page;
}

const says = (page: Page, words: string) => page.getByRole('status').filter({ hasText: words }).waitFor();
const casts = () =>
  requests.filter(request => request.url().endsWith('/votes') && request.method() === 'POST');
const tokens = () => requests.filter(request => request.url().endsWith('/tokens'));

/** Everything that the page's origin keeps in IndexedDB. */
const kept = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<string>((resolve, reject) => {
        const opening = indexedDB.open('suffrage');
        opening.addEventListener('error', () => reject(new Error('not opened')));
        opening.addEventListener('success', () => {
          const all = opening.result.transaction('votes').objectStore('votes').getAll();
          all.addEventListener('success', () => {
            opening.result.close();
            resolve(all.result.join('\n'));
          });
        });
      }),
  );

test('a page casts a vote; nothing that names the voter goes along, and nothing secret stays', async () => {
  const definition = await openSmallElection(suite, 'page');
  await context.addCookies([{ name: 'who', value: 'ada', url: suite.stack.pageUrl }]);
  const page = await openPage(definition);
  await page.getByRole('button', { name: 'bo' }).click();
  await says(page, 'Your vote is counted.');
  expect(casts()).toHaveLength(1);
  for (const request of [...tokens(), ...casts()]) {
    const names = Object.keys(await request.allHeaders());
    expect(names).toContain('content-type');
    for (const name of ['cookie', 'referer', 'authorization', 'traceparent', 'tracestate', 'baggage']) {
      expect(names).not.toContain(name);
    }
  }
  const [cast] = casts();
  const { salt, token } = cast?.postDataJSON() ?? {};
  expect([typeof salt, typeof token]).toEqual(['string', 'string']);
  const left = await kept(page);
  expect(left).toContain('"stage":"counted"');
  for (const secret of [salt, token, '"bo"']) expect(left).not.toContain(secret);
  await page.reload();
  await says(page, 'Your vote is counted.');
  expect(casts()).toHaveLength(1);
}, 120_000);

test('a page that is reloaded at any answer goes on with the same token and the same vote', async () => {
  const definition = await openSmallElection(suite, 'reload');
  for (const path of ['**/tokens', '**/ingestion/**/votes']) {
    // The service gets the request, the page never the answer.
    const lost = Promise.withResolvers<void>();
    await context.route(path, async route => {
      await route.fetch();
      lost.resolve();
    });
    const page = context.pages()[0] ?? (await openPage(definition));
    const button = page.getByRole('button', { name: 'ada' });
    if (path === '**/tokens') await button.click();
    await lost.promise;
    await context.unroute(path);
    if (path === '**/tokens') await context.route('**/ingestion/**/votes', route => route.abort());
    await page.reload();
  }
  const [page] = context.pages();
  if (!page) throw new Error('no page');
  await says(page, 'Your vote is counted.');
  expect(new Set(tokens().map(request => request.postData())).size).toBe(1);
  expect(new Set(casts().map(request => request.postData())).size).toBe(1);
  await expectCounted(definition, 1);
}, 120_000);

test('without a network the vote waits for one, and two tabs send it once', async () => {
  const definition = await openSmallElection(suite, 'offline');
  const page = await openPage(definition);
  const other = await openPage(definition);
  await other.getByRole('button', { name: 'bo' }).waitFor();
  await page.getByRole('button', { name: 'ada' }).waitFor();
  await context.setOffline(true);
  await page.getByRole('button', { name: 'ada' }).click();
  await says(page, 'Waiting for the network.');
  await other.getByRole('button', { name: 'bo' }).click();
  expect([...tokens(), ...casts()]).toHaveLength(0);
  await context.setOffline(false);
  await says(page, 'Your vote is counted.');
  await says(other, 'A vote of this election was counted from this device.');
  expect(casts()).toHaveLength(1);
  expect(tokens()).toHaveLength(1);
  await expectCounted(definition, 1);
}, 120_000);

async function expectCounted(definition: ElectionDefinition, votes: number): Promise<void> {
  const snapshot = await waitFor('the count', async () => {
    const newest = await results(suite.stack, definition.id);
    return newest && newest.counted >= votes ? newest : undefined;
  });
  expect(snapshot.counted).toBe(votes);
}

/** `cast-from-node.ts` as its own process. */
function castFromNode(definition: ElectionDefinition, votes: string): ChildProcess {
  const address = `${suite.stack.pageUrl}/api`;
  const command = [join(EXAMPLES, 'cast-from-node.ts'), address, definition.id, 'mayor=ada'];
  return spawn(process.execPath, command, {
    env: { ...process.env, NODE_OPTIONS: '', VOTES: join(directory, votes) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** What it said and how it ended. @param killAt ends it without warning when it says this. */
async function run(child: ChildProcess, killAt?: string): Promise<{ said: string; status: number | null }> {
  let said = '';
  child.stdout?.on('data', data => {
    said += String(data);
    if (killAt !== undefined && said.includes(killAt)) child.kill('SIGKILL');
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { said, status };
}

test('the program for Node, killed at each of its steps, ends with one vote each time it is run again', async () => {
  const definition = await openSmallElection(suite, 'node');
  const steps = ['token', 'sent', 'stored'];
  for (const step of steps) {
    expect(await run(castFromNode(definition, step), step)).toMatchObject({ status: null });
    const again = await run(castFromNode(definition, step));
    expect(again.status).toBe(0);
    expect(again.said).toMatch(/^Vote [\w-]{43} is counted\.$/m);
  }
  await expectCounted(definition, steps.length);
}, 120_000);
