import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { launchChromium } from '@suffrage/test/chromium';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { buildPage } from './test/built-page.ts';
import { edinburgh, flow, snapshot } from './test/edinburgh.ts';
import { type StandIn, startStandIn } from './test/stand-in.ts';
import { startTestWeb } from './test/web.ts';

jest.setTimeout(120_000);

const OUT = join(import.meta.dirname, '../out');
const ELECTION = '/elections/edinburgh-2022-ward-16';

/**
 * What a first visit may cost on a phone with a slow network. `bytes` are those that pass over the network, compressed,
 * with what the services say; `shift` is Chromium's cumulative layout shift.
 */
const BUDGETS = [
  { path: '/', bytes: 150_000, requests: 25 },
  { path: `${ELECTION}/vote`, bytes: 190_000, requests: 35 },
  { path: ELECTION, bytes: 190_000, requests: 35 },
  { path: `${ELECTION}/flow`, bytes: 160_000, requests: 35 },
  { path: `${ELECTION}/screen`, bytes: 190_000, requests: 35 },
  { path: '/check', bytes: 190_000, requests: 35 },
  { path: '/statement', bytes: 190_000, requests: 35 },
  { path: '/manage', bytes: 210_000, requests: 35 },
] as const;
const MAX_SHIFT = 0.02;
const FIRST_PAINT_MILLIS = 3_000;
/** Lighthouse's slow 4G. */
const NETWORK = { offline: false, latency: 150, downloadThroughput: 204_800, uploadThroughput: 93_750 };

let browser: Browser;
let pageDirectory: string;
let upstream: StandIn;
let web: Awaited<ReturnType<typeof startTestWeb>>;
const visits: Record<string, Awaited<ReturnType<typeof visit>>> = {};

beforeAll(async () => {
  pageDirectory = await buildPage();
  browser = await launchChromium();
  upstream = await startStandIn();
  upstream.show(edinburgh(), 'open');
  upstream.publish(snapshot({ version: 12_437 }));
  upstream.tell('flow', flow());
  const origins = [upstream.origin];
  web = await startTestWeb({ ingestion: origins, results: origins, registrar: origins }, pageDirectory);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await web?.close();
  await upstream?.close();
  await rm(pageDirectory, { recursive: true });
  // Kept for whoever wants to know by how much.
  await mkdir(OUT, { recursive: true });
  await writeFile(join(OUT, 'first-visits.json'), `${JSON.stringify(visits, null, 2)}\n`);
});

async function visit(path: string) {
  const phone = { viewport: { width: 390, height: 844 }, locale: 'en-GB' };
  const context = await browser.newContext({ ...phone, serviceWorkers: 'block' });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  let bytes = 0;
  let requests = 0;
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
    requests += 1;
  });
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', NETWORK);
  await page.goto(`${web.origin}${path}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  // Whatever comes late has come by then.
  await page.waitForTimeout(3_000);
  const measured = { bytes, requests, ...(await paintsOf(page)) };
  await context.close();
  return measured;
}

function paintsOf(page: Page): Promise<{ shift: number; firstPaintMillis: number }> {
  return page.evaluate(() => {
    const shifts = new PerformanceObserver(() => undefined);
    shifts.observe({ type: 'layout-shift', buffered: true });
    const shift = shifts.takeRecords().reduce((sum, entry) => sum + Number(Reflect.get(entry, 'value')), 0);
    const [paint] = performance.getEntriesByName('first-contentful-paint');
    return { shift, firstPaintMillis: paint?.startTime ?? Number.POSITIVE_INFINITY };
  });
}

test.each(BUDGETS)('a first visit of $path stays within its budget', async ({ path, ...budget }) => {
  const visited = await visit(path);
  visits[path] = visited;
  expect(visited.bytes).toBeLessThanOrEqual(budget.bytes);
  expect(visited.requests).toBeLessThanOrEqual(budget.requests);
  expect(visited.shift).toBeLessThanOrEqual(MAX_SHIFT);
  // On a machine that is busy with something else a single time says nothing of the page: the best of three does.
  let best = visited.firstPaintMillis;
  for (let more = 0; more < 2 && best > FIRST_PAINT_MILLIS; more += 1)
    best = Math.min(best, (await visit(path)).firstPaintMillis);
  expect(best).toBeLessThanOrEqual(FIRST_PAINT_MILLIS);
});
