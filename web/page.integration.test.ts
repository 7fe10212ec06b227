import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { readFile, rm } from 'node:fs/promises';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from '@suffrage/test/chromium';
import { hearComplaints } from './test/complaints.ts';
import { buildPage } from './test/built-page.ts';
import { edinburgh, flow, officialResults, resultsKeys, snapshot } from './test/edinburgh.ts';
import { expectSoon } from './test/expect-soon.ts';
import { type StandIn, startStandIn } from './test/stand-in.ts';
import { startTestWeb } from './test/web.ts';

jest.setTimeout(60_000);

const ELECTION = '/elections/edinburgh-2022-ward-16';

let browser: Browser;
let pageDirectory: string;
let upstream: StandIn;
let web: Awaited<ReturnType<typeof startTestWeb>>;
/** What the browser complained about, and where it went beyond the page's origin. */
let complaints: string[];
const closings: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  pageDirectory = await buildPage();
  browser = await launchChromium();
});

afterAll(async () => {
  await browser.close();
  await rm(pageDirectory, { recursive: true });
});

beforeEach(async () => {
  complaints = [];
  upstream = await startStandIn();
  upstream.show(edinburgh(), 'open');
  const origins = [upstream.origin];
  web = await startTestWeb({ ingestion: origins, results: origins, registrar: origins }, pageDirectory);
});

afterEach(async () => {
  for (const close of closings.splice(0)) await close();
  await web.close();
  await upstream.close();
});

async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  closings.push(() => context.close());
  const page = await context.newPage();
  hearComplaints(page, complaints);
  page.on('request', request => {
    if (!request.url().startsWith(`${web.origin}/`)) complaints.push(`left the origin: ${request.url()}`);
  });
  await page.goto(`${web.origin}${path}`);
  return page;
}

const shows = (page: Page, id: string, text: string | RegExp) =>
  page.getByTestId(id).filter({ hasText: text }).waitFor();

/** Each row of the chart as a reader hears it. */
const rows = (page: Page) =>
  page
    .locator('.row')
    .allInnerTexts()
    .then(texts => texts.map(text => text.replaceAll(/\s+/g, ' ')));

const barLengths = (page: Page) =>
  page
    .locator('.row .bar')
    .evaluateAll(bars => bars.map(bar => Math.round(bar.getBoundingClientRect().width)));

/** Bars grow to their lengths: read until two readings in a row are the same and none is missing. */
async function settledBarLengths(page: Page): Promise<number[]> {
  const deadline = Date.now() + 10_000;
  for (let before: number[] = []; ; ) {
    const lengths = await barLengths(page);
    const settled = lengths.every((length, bar) => length > 0 && length === before[bar]);
    if (settled || Date.now() > deadline) return lengths;
    before = lengths;
    await page.waitForTimeout(100);
  }
}

test('totals, shares, order and bars follow the snapshots as they come', async () => {
  upstream.publish(
    snapshot({
      version: 10,
      contests: [
        {
          id: 'first-preference',
          options: [
            { id: 'fox', votes: 2 },
            { id: 'cameron', votes: 1 },
          ],
        },
      ],
    }),
  );
  const page = await open(ELECTION, { reducedMotion: 'reduce' });
  await shows(page, 'connection', 'Live');
  expect((await rows(page))[0]).toContain('Grant Fox Leading');

  upstream.publish(snapshot({ version: 12_437 }));
  await shows(page, 'counted', '12,433');
  await shows(page, 'version', '12,437');
  const shown = await rows(page);
  expect(shown[0]).toBe('Lezley Marion Cameron Leading 3,419 votes, 27.5%');
  expect(shown[1]).toBe('Lesley Macinnes 2,906 votes, 23.4%');
  expect(shown[9]).toBe('Iain Christie 187 votes, 1.5%');
  const lengths = await settledBarLengths(page);
  expect(lengths).toEqual(lengths.toSorted((a, b) => b - a));
  expect((lengths[0] ?? 0) / (lengths[1] ?? 0)).toBeCloseTo(3_419 / 2_906, 1);
  expect(complaints).toEqual([]);
});

test('rows that change places glide there, but stay still for those who prefer that', async () => {
  const fewVotes = { contests: [{ id: 'first-preference', options: [{ id: 'fox', votes: 2 }] }] };
  for (const [reducedMotion, glides] of [
    ['no-preference', true],
    ['reduce', false],
  ] as const) {
    upstream.publish(snapshot({ version: 10, ...fewVotes }));
    const page = await open(ELECTION, { reducedMotion });
    await page.getByText('Leading').waitFor();
    await page.evaluate(() => {
      const animate = Element.prototype.animate;
      Element.prototype.animate = function (...parameters) {
        this.setAttribute('data-glided', '');
        return animate.apply(this, parameters);
      };
    });
    upstream.publish(snapshot({ version: 11 }));
    await shows(page, 'version', '11');
    expect((await page.locator('.row[data-glided]').count()) > 0).toBe(glides);
    upstream.publish(snapshot({ version: 10, ...fewVotes }));
  }
});

test('each ingestion instance shows what it has taken and what it brought last', async () => {
  upstream.publish(snapshot({ version: 100, portion: 0.5 }));
  const page = await open(ELECTION);
  await shows(page, 'instance-ingestion-1', 'nothing new yet');
  const half = snapshot({ version: 100, portion: 0.5 }).ingestion[0]?.votes ?? 0;
  upstream.publish(snapshot({ version: 101 }));
  await shows(page, 'instance-ingestion-1', '6,204 votes');
  await shows(page, 'instance-ingestion-1', `+${(6_204 - half).toLocaleString('en-GB')} just now`);
  expect(complaints).toEqual([]);
});

test('an older version never replaces a newer one, streamed or asked for', async () => {
  upstream.publish(snapshot({ version: 50, portion: 0.8 }));
  const page = await open(ELECTION);
  await shows(page, 'version', '50');
  upstream.publish(snapshot({ version: 49 }));
  upstream.cutStreams();
  await shows(page, 'connection', 'Asking every 2 s');
  expect(await page.getByTestId('version').innerText()).toBe('50');
  upstream.publish(snapshot({ version: 51, portion: 0.9 }));
  await shows(page, 'version', '51');
});

test('when the stream is cut the page asks for results, and streams again when it can', async () => {
  upstream.publish(snapshot({ version: 1, portion: 0.1 }));
  const page = await open(ELECTION);
  await shows(page, 'connection', 'Live');
  upstream.cutStreams();
  await shows(page, 'connection', 'Asking every 2 s');
  upstream.publish(snapshot({ version: 2, portion: 0.2 }));
  await shows(page, 'version', '2');
  upstream.fail(true);
  await shows(page, 'connection', 'Reconnecting…');
  await page.getByText('What is shown is the last that arrived.').waitFor();
  upstream.fail(false);
  upstream.allowStreams();
  await shows(page, 'connection', 'Live');
  upstream.publish(snapshot({ version: 3, portion: 0.3 }));
  await shows(page, 'version', '3');
});

test('totals are called official once they are signed and the signature holds', async () => {
  upstream.show(edinburgh({ resultsKeys }), 'open');
  upstream.publish(snapshot({ version: 12_437 }));
  const page = await open(ELECTION);
  await page.getByText('Provisional').waitFor();
  upstream.show(edinburgh({ resultsKeys }), 'closed');
  upstream.publish(snapshot({ version: 12_437, provisional: false }));
  await page.getByText('Counted, not signed yet').waitFor();
  await page.getByText('come when the results are official').waitFor();
  upstream.tell('results/document', officialResults());
  await page.getByText('Official', { exact: true }).waitFor();
  expect((await rows(page))[0]).toContain('Most votes');
  const saving = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Signed results (JSON)' }).click();
  expect((await saving).suggestedFilename()).toBe('edinburgh-2022-ward-16-results.json');
  const audited = { document: officialResults(), addendum: null, earlierAddenda: [] };
  upstream.tell('results/official', audited);
  const savingAudited = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Signed results with the audit report' }).click();
  const saved = await savingAudited;
  expect(saved.suggestedFilename()).toBe('edinburgh-2022-ward-16-official.json');
  expect(JSON.parse(await readFile(await saved.path(), 'utf8'))).toEqual(audited);
});

test('a signature that does not hold is said to be so, and nothing is called official', async () => {
  upstream.show(edinburgh({ resultsKeys }), 'closed');
  upstream.publish(snapshot({ version: 12_437, provisional: false }));
  upstream.tell('results/document', { ...officialResults(), counted: 12_434 });
  const page = await open(ELECTION);
  await page.getByText('Signature does not hold').waitFor();
  expect(await page.getByText('Official', { exact: true }).count()).toBe(0);
});

test('an annulled election says so before any number, with the reason as text', async () => {
  const reason = '<img src=x onerror=alert(1)> ballots were misprinted';
  const annulled = { reason, at: '2022-05-09T10:00:00.000Z' };
  upstream.publish(snapshot({ version: 5, annulled }));
  const page = await open(ELECTION);
  const notice = page.getByRole('alert');
  await notice.getByText(reason).waitFor();
  await notice.getByText('Mon, 9 May 2022 at 11:00 BST').waitFor();
  expect(complaints).toEqual([]);
});

test('where event streams don’t get through, a WebSocket brings the snapshots, and polling where neither does', async () => {
  upstream.cutStreams();
  upstream.allowSockets();
  upstream.publish(snapshot({ version: 1, portion: 0.1 }));
  const page = await open(ELECTION);
  await shows(page, 'connection', 'Live');
  expect(upstream.openSockets()).toBe(1);
  upstream.publish(snapshot({ version: 2, portion: 0.2 }));
  await shows(page, 'version', '2');
  await page.getByRole('link', { name: 'All elections' }).click();
  await expectSoon(() => upstream.openSockets() === 0);
});

test('votes over time are drawn from what the service remembers, and can be read as a table', async () => {
  const at = (minutes: number) => new Date(Date.now() - 60_000 * minutes).toISOString();
  upstream.tell('results/course', {
    points: [
      { at: at(60), counted: 0 },
      { at: at(30), counted: 4_000 },
      { at: at(1), counted: 12_000 },
    ],
  });
  upstream.publish(snapshot({ version: 12_437 }));
  const page = await open(ELECTION);
  const chart = page.getByRole('img', { name: /^Votes counted from .* from 0 to 12,433\.$/ });
  await chart.waitFor();
  await page.getByRole('radio', { name: 'Table' }).check();
  const table = page.getByRole('table', { name: 'Votes over time' });
  expect(await table.getByRole('row').last().innerText()).toMatch(/12,433$/);
  expect(complaints).toEqual([]);
});

test('turnout is told where there is a roll', async () => {
  upstream.tell('issued', {
    electionId: 'edinburgh-2022-ward-16',
    issued: 12_500,
    exact: false,
    roll: 24_866,
  });
  upstream.publish(snapshot({ version: 12_437 }));
  const page = await open(ELECTION);
  await shows(page, 'turnout', '50.0%');
  await shows(page, 'turnout', '12,433 of 24,866 on the roll');
});

test('who votes where anybody can is said beside the results', async () => {
  upstream.publish(snapshot({ version: 12_437 }));
  const page = await open(ELECTION);
  await page.getByText('nothing makes sure that each person votes only once').waitFor();
  upstream.show({ ...edinburgh(), eligibility: 'roll' }, 'open');
  await page.reload();
  await shows(page, 'counted', '12,433');
  expect(await page.getByText('nothing makes sure').count()).toBe(0);
});

test('the link that is shared names the election and nothing else of the address', async () => {
  upstream.publish(snapshot({ version: 1 }));
  const vote = 'v'.repeat(43);
  const page = await open(`${ELECTION}?vote=${vote}#election=x&vote=${vote}`, {
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  await page.getByRole('button', { name: 'Copy the link' }).click();
  await page.getByText('The link is copied.').waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(`${web.origin}${ELECTION}`);
});

test('the big screen takes turns with contests, until it is told to stay', async () => {
  const [first] = edinburgh().contests;
  const second = { ...first, id: 'second', title: { en: 'Second preferences' } };
  const counted = snapshot({ version: 12_437 }).contests ?? [];
  upstream.show(edinburgh({ contests: [first, second] as never }), 'open');
  const both = [...counted, ...counted.map(contest => ({ ...contest, id: 'second' }))];
  upstream.publish(snapshot({ version: 12_437, contests: both }));
  const page = await open(`${ELECTION}/screen`);
  await page.clock.install();
  await page.reload();
  const shown = (name: string) => page.getByRole('heading', { level: 2, name }).waitFor();
  await shown('First preferences');
  await page.clock.runFor(16_000);
  await shown('Second preferences');
  await page.getByText('Contest 2 of 2').waitFor();
  await page.getByRole('button', { name: 'Stay here' }).click();
  await page.clock.runFor(40_000);
  await shown('Second preferences');
  await page.getByRole('button', { name: 'Take turns' }).click();
  await page.clock.runFor(16_000);
  await shown('First preferences');
});

test('the big screen shows results alone, and can be left', async () => {
  upstream.publish(snapshot({ version: 12_437 }));
  const page = await open(`${ELECTION}/screen`, { viewport: { width: 1920, height: 1080 } });
  await shows(page, 'counted', '12,433');
  expect((await rows(page))[0]).toContain('Lezley Marion Cameron');
  expect(await page.getByRole('navigation').count()).toBe(0);
  expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThanOrEqual(1080);
  await page.getByRole('link', { name: 'Leave the big screen' }).click();
  await page.getByRole('navigation').waitFor();
  expect(complaints).toEqual([]);
});

test('behind the scenes the way of the latest votes is drawn, and said in tables', async () => {
  upstream.publish(snapshot({ version: 12_437 }));
  upstream.tell('flow', { ...flow(), replicaLagMillis: 240 });
  const page = await open(ELECTION);
  await page.getByRole('link', { name: 'Behind the scenes' }).click();
  await shows(page, 'flow-window', '120 votes, counted from');
  await shows(page, 'acknowledged', '18.4 ms');
  await shows(page, 'lag', '3 records');
  await shows(page, 'replica', '240 ms');
  await shows(page, 'balance', 'between 50.0% and 50.0% each');
  await page.getByRole('img', { name: /2 ingestion processes, 4 partitions, 2 processors/ }).waitFor();
  await page.getByRole('radio', { name: 'Table' }).check();
  const processors = page.getByRole('table', { name: 'Processors' });
  expect(await processors.getByRole('row', { name: /^processor-2/ }).innerText()).toMatch(/70\s+58\.3%/);
  expect(complaints).toEqual([]);
});

test('there is nothing behind the scenes of an election whose results are hidden', async () => {
  upstream.show(edinburgh({ resultsPolicy: 'after-close' }), 'open');
  const page = await open(`${ELECTION}/flow`);
  await page.getByRole('heading', { name: 'Nothing to see behind the scenes now' }).waitFor();
});

test('results that are hidden until the closing say when they come', async () => {
  const closesAt = '2099-05-07T21:00:00Z';
  upstream.show(edinburgh({ resultsPolicy: 'after-close', closesAt }), 'open');
  upstream.publish(snapshot({ version: 5, contests: null }));
  const page = await open(ELECTION);
  await page.getByText('stay hidden until it closes: Thu, 7 May 2099 at 22:00 BST').waitFor();
  await shows(page, 'counted', '12,433');
  expect(await page.locator('.row').count()).toBe(0);
});

test('the chart can be read as a table, by keyboard alone', async () => {
  upstream.publish(snapshot({ version: 12_437 }));
  const page = await open(ELECTION);
  await page.getByRole('radio', { name: 'Chart' }).focus();
  await page.keyboard.press('ArrowRight');
  const table = page.getByRole('table', { name: 'First preferences: options by votes' });
  expect(await table.getByRole('row').count()).toBe(11);
  expect(await table.getByRole('row', { name: /^Lezley Marion Cameron/ }).innerText()).toMatch(
    /Leading\s+3,419\s+27\.5%/,
  );
  expect(await page.getByTestId('announcement').innerText()).toContain(
    'Lezley Marion Cameron leads with 3,419 votes',
  );
});

test('the list leads to an election and back, and moves the focus along', async () => {
  upstream.publish(snapshot({ version: 1 }));
  const page = await open('/');
  await page.getByRole('link', { name: 'Liberton/Gilmerton, City of Edinburgh Council' }).click();
  await page.getByRole('heading', { level: 1, name: 'Liberton/Gilmerton' }).waitFor();
  expect(new URL(page.url()).pathname).toBe(ELECTION);
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');
  await page.goBack();
  await page.getByRole('heading', { level: 1, name: 'Elections' }).waitFor();
  expect(await page.title()).toBe('Suffrage');
  expect(complaints).toEqual([]);
});

test('what is missing is said in words', async () => {
  const unknown = await open('/elections/nobody-knows-this');
  await unknown.getByRole('heading', { name: 'There is no such election' }).waitFor();
  const nowhere = await open('/nowhere');
  await nowhere.getByRole('heading', { name: 'There is nothing at this address' }).waitFor();
  upstream.fail(true);
  const list = await open('/');
  await list.getByRole('heading', { name: 'The elections can’t be reached' }).waitFor();
  upstream.fail(false);
  await list.getByRole('heading', { level: 1, name: 'Elections' }).waitFor();
});

test('nothing is cut off on a screen of 320 px', async () => {
  upstream.publish(snapshot({ version: 12_437 }));
  const page = await open(ELECTION, { viewport: { width: 320, height: 640 } });
  await shows(page, 'counted', '12,433');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
});

test('a page that is left stops listening', async () => {
  upstream.publish(snapshot({ version: 1 }));
  const page = await open(ELECTION);
  await shows(page, 'connection', 'Live');
  expect(upstream.openStreams()).toBe(1);
  await page.getByRole('link', { name: 'All elections' }).click();
  await page.getByRole('heading', { level: 1, name: 'Elections' }).waitFor();
  await expectSoon(() => upstream.openStreams() === 0);
});
