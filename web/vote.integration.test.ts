import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { readFile, rm } from 'node:fs/promises';
import type { Browser, BrowserContext, BrowserContextOptions, Page, Request } from 'playwright-core';
import { launchChromium } from '@suffrage/test/chromium';
import { type RegistrarApi, registrarApi } from '@suffrage/test/registrar-api';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';
import { buildPage } from './test/built-page.ts';
import { startTestWeb } from './test/web.ts';

jest.setTimeout(120_000);

let browser: Browser;
let pageDirectory: string;
let bed: Testbed;
let api: RegistrarApi;
let web: Awaited<ReturnType<typeof startTestWeb>>;
/** What the browser complained about. */
let complaints: string[];
let requests: Request[];
const closings: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  pageDirectory = await buildPage();
  browser = await launchChromium();
  bed = await openTestbed();
  const registrar = await bed.registrar();
  const ingestion = await bed.ingestion();
  await bed.processor();
  const aggregator = await bed.aggregator(registrar.url);
  api = registrarApi(registrar.url);
  const upstreams = { ingestion: [ingestion.url], results: [aggregator.url], registrar: [registrar.url] };
  web = await startTestWeb(upstreams, pageDirectory);
});

afterAll(async () => {
  await browser?.close();
  await web?.close();
  await bed?.close();
  if (pageDirectory) await rm(pageDirectory, { recursive: true });
});

beforeEach(() => {
  complaints = [];
  requests = [];
});

afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});

async function newContext(options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  closings.push(() => context.close());
  context.on('request', request => requests.push(request));
  return context;
}

async function open(context: BrowserContext, path: string): Promise<Page> {
  const page = await context.newPage();
  page.on('pageerror', error => complaints.push(error.message));
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  await page.goto(`${web.origin}${path}`);
  return page;
}

const OPEN = { eligibility: 'open' };
const casts = () =>
  requests.filter(request => request.method() === 'POST' && request.url().endsWith('/votes'));
const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

/** An open election that every service knows. */
async function hold(id: string, change: object = OPEN): Promise<void> {
  await api.create(id, change);
  await api.open(id);
}

async function chooseAndReview(page: Page, option: string): Promise<void> {
  await page.getByRole('radio', { name: option, exact: true }).check();
  await press(page, 'Continue');
  await heading(page, 'Review your vote');
}

async function counted(page: Page): Promise<string> {
  await page.getByTestId('outcome').filter({ hasText: 'Your vote is counted.' }).waitFor();
  return page.getByTestId('vote-id').innerText();
}

test('a vote goes from the list to a receipt that can be saved and checked, here and on another device', async () => {
  await hold('whole');
  const page = await open(await newContext(), '/');
  await page.getByRole('listitem').filter({ hasText: 'whole' }).getByRole('link', { name: 'Vote' }).click();
  await heading(page, 'Your ballot');
  await press(page, 'Continue');
  await page.getByRole('alert').filter({ hasText: 'One contest needs another look.' }).waitFor();
  await chooseAndReview(page, 'a');
  await press(page, 'Cast your vote');
  const voteId = await counted(page);
  expect(voteId).toMatch(/^[\w-]{43}$/);
  expect(casts()).toHaveLength(1);

  const saving = page.waitForEvent('download');
  await press(page, 'Save the receipt');
  const receipt = await readFile(await (await saving).path(), 'utf8');
  expect(JSON.parse(receipt)).toMatchObject({ electionId: 'whole', voteId });

  const elsewhere = await open(await newContext(), '/check');
  await elsewhere.getByLabel('Receipt', { exact: true }).fill(receipt);
  await press(elsewhere, 'Check');
  await elsewhere.getByTestId('verdict').filter({ hasText: 'The receipt is genuine' }).waitFor();
  await elsewhere.getByTestId('vote-status').filter({ hasText: 'Counted.' }).waitFor();
  await elsewhere
    .getByLabel('Receipt', { exact: true })
    .fill(receipt.replace(/"partition": \d+/, '"partition": 9'));
  await press(elsewhere, 'Check');
  await elsewhere.getByTestId('verdict').filter({ hasText: 'The receipt is not genuine' }).waitFor();

  const address = await page.getByRole('link', { name: 'Check it' }).getAttribute('href');
  const scanned = await open(await newContext(), address ?? '');
  await scanned.getByTestId('vote-status').filter({ hasText: 'Counted.' }).waitFor();
  const addressed = requests.filter(({ url }) => url().includes(voteId) && !url().includes('/api/results/'));
  expect(addressed.map(({ url }) => new URL(url()).pathname)).toEqual(['/check']);
  expect(complaints).toEqual([]);
});

test('two quick clicks cast one vote', async () => {
  await hold('twice');
  const page = await open(await newContext(), '/elections/twice/vote');
  await chooseAndReview(page, 'b');
  await page.getByRole('button', { name: 'Cast your vote' }).dblclick();
  await counted(page);
  expect(casts()).toHaveLength(1);
});

test('a code is taken in small letters, and a slip is told before anything is sent', async () => {
  await api.create('coded');
  await api.putRoll('coded', 'voter\nada\n');
  const code = (await api.codesOf('coded')).get('ada') ?? '';
  await api.open('coded');
  const page = await open(await newContext(), '/elections/coded/vote');
  await page.getByRole('radio', { name: 'a', exact: true }).check();
  await press(page, 'Continue');
  await heading(page, 'Your right to vote');
  const wrong = `${code.slice(0, -1)}${code.endsWith('2') ? '3' : '2'}`;
  await page.getByLabel('One-time code').fill(wrong);
  await page.getByTestId('proof-state').filter({ hasText: 'A symbol is wrong' }).waitFor();
  await press(page, 'Review your vote');
  await heading(page, 'Your right to vote');
  await page.getByLabel('One-time code').fill(code.toLowerCase().replaceAll('-', ' '));
  await press(page, 'Review your vote');
  await heading(page, 'Review your vote');
  await press(page, 'Cast your vote');
  await counted(page);
});

test('a page that is reloaded while it casts goes on by itself, with the same vote', async () => {
  await hold('reloaded');
  const context = await newContext();
  const lost = Promise.withResolvers<void>();
  await context.route('**/ingestion/**/votes', async route => {
    await route.fetch();
    lost.resolve();
  });
  const page = await open(context, '/elections/reloaded/vote');
  await chooseAndReview(page, 'a');
  await press(page, 'Cast your vote');
  await page.getByTestId('step-token').filter({ hasText: 'done' }).waitFor();
  await lost.promise;
  await context.unroute('**/ingestion/**/votes');
  await page.reload();
  await counted(page);
  expect(new Set(casts().map(request => request.postData())).size).toBe(1);
});

test('without a network the page opens, says so, and sends the vote when the network is back', async () => {
  await hold('offline');
  const context = await newContext();
  const page = await open(context, '/elections/offline/vote');
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.reload();
  await chooseAndReview(page, 'a');
  await context.setOffline(true);
  await press(page, 'Cast your vote');
  await page.getByTestId('progress').filter({ hasText: 'This device has no network.' }).waitFor();
  await page.reload();
  await page.getByTestId('progress').filter({ hasText: 'This device has no network.' }).waitFor();
  expect(casts()).toHaveLength(0);
  await context.setOffline(false);
  await counted(page);
  expect(casts()).toHaveLength(1);
  const kept = await page.evaluate(async () => {
    const names = await caches.keys();
    const asked = await Promise.all(names.map(async name => (await caches.open(name)).keys()));
    return asked.flat().map(({ url }) => new URL(url).pathname);
  });
  expect(kept).toContain('/');
  expect(kept.filter(path => path.startsWith('/api'))).toEqual([]);
});

test('a second tab sends nothing and shows the receipt of the first', async () => {
  await hold('tabs');
  const context = await newContext();
  const first = await open(context, '/elections/tabs/vote');
  await chooseAndReview(first, 'a');
  await press(first, 'Cast your vote');
  const second = await open(context, '/elections/tabs/vote');
  expect(await counted(second)).toBe(await counted(first));
  expect(casts()).toHaveLength(1);
});

test('a contest of several marks explains its limits while one chooses, by keyboard alone', async () => {
  const options = ['one', 'two', 'three'].map(id => ({ id, title: { en: id } }));
  const none = { id: 'none', title: { en: 'None of the above' }, exclusive: true };
  const council = { id: 'council', title: { en: 'Council' }, minSelections: 2, maxSelections: 2 };
  await hold('limits', { ...OPEN, contests: [{ ...council, options: [...options, none] }] });
  const page = await open(await newContext(), '/elections/limits/vote');
  const says = (words: string) => page.getByTestId('standing-council').filter({ hasText: words }).waitFor();
  await page.getByRole('checkbox', { name: 'one' }).focus();
  await page.keyboard.press('Space');
  await says('1 marked. Mark one more to complete this contest.');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await says('All 2 are marked.');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  expect(await page.getByRole('checkbox', { name: 'three' }).isChecked()).toBe(false);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await says('This is a whole answer.');
  expect(await page.getByRole('checkbox', { checked: true }).count()).toBe(1);
});

test('the page speaks the language that was chosen, from right to left too, and remembers it', async () => {
  await hold('spoken');
  const page = await open(await newContext({ locale: 'de-AT' }), '/elections/spoken/vote');
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('de');
  await page.getByRole('combobox').selectOption('ar');
  await page.reload();
  await page.getByRole('radio').first().waitFor();
  const { lang, dir } = await page.evaluate(() => ({
    lang: document.documentElement.lang,
    dir: document.documentElement.dir,
  }));
  expect([lang, dir]).toEqual(['ar', 'rtl']);
  expect(complaints).toEqual([]);
});

test('nothing of the vote path is cut off on a screen of 320 px, with large text', async () => {
  await hold('narrow');
  const page = await open(
    await newContext({ viewport: { width: 320, height: 640 } }),
    '/elections/narrow/vote',
  );
  await page.getByRole('checkbox', { name: 'Large text' }).check();
  const width = () => page.evaluate(() => document.documentElement.scrollWidth);
  await page.getByRole('radio', { name: 'a', exact: true }).check();
  expect(await width()).toBe(320);
  await press(page, 'Continue');
  await heading(page, 'Review your vote');
  expect(await width()).toBe(320);
  await press(page, 'Cast your vote');
  await counted(page);
  expect(await width()).toBe(320);
});

test('an election that is yet to come shows its ballot, and one that there is not is called so', async () => {
  await api.create('later', OPEN);
  await api.call('POST', '/later/publish');
  const later = await open(await newContext(), '/elections/later/vote');
  await later.getByText('Voting has not begun.').waitFor();
  expect(await later.getByRole('button', { name: 'Continue' }).count()).toBe(0);
  const nobody = await open(await newContext(), '/elections/nobody-knows-this/vote');
  await heading(nobody, 'There is no such election');
});
