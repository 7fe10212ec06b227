import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { results } from '@suffrage/demo/manager';
import { until } from '@suffrage/test/poll';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expectAccessible } from './test/quality.ts';
import { openSuitePage, type SuitePage } from './test/suite-page.ts';
import { chooseAndReview, counted, heading, press } from './test/voting-room.ts';

jest.setTimeout(240_000);

let suite: SuitePage;

beforeAll(async () => {
  suite = await openSuitePage();
}, 240_000);
afterAll(() => suite?.close(), 120_000);
afterEach(() => suite.clear());

test('a vote whose ingestion processes are killed while it is cast is counted once', async () => {
  await suite.hold('killed');
  const context = await suite.newContext();
  let sendings = 0;
  await context.route('**/ingestion/**/votes', async route => {
    sendings += 1;
    if (sendings > 1) return route.continue();
    // The vote is on the log; its answer is lost with the processes.
    await route.fetch();
    await Promise.all(['ingestion-1', 'ingestion-2'].map(name => suite.services.part(name).kill()));
    return route.abort('connectionreset');
  });
  const page = await suite.open('/elections/killed/vote', context);
  await chooseAndReview(page, 'a');
  await press(page, 'Cast your vote');
  await until('it is sent again', () => sendings > 1, 60_000);
  await Promise.all(['ingestion-1', 'ingestion-2'].map(name => suite.services.part(name).start()));
  await page.getByTestId('outcome').waitFor({ timeout: 90_000 });
  await counted(page);
  expect(await results(suite.stack, 'killed')).toMatchObject({ counted: 1 });
});

test('results follow the votes as they arrive and never go back, and who handled them is shown', async () => {
  const definition = await suite.hold('watched');
  const page = await suite.open('/elections/watched');
  await page.getByTestId('connection').filter({ hasText: 'Live' }).waitFor();
  await page.evaluate(() => {
    const shown: number[] = [];
    const counter = document.querySelector('[data-testid="counted"]');
    const note = () => void shown.push(Number(counter?.textContent?.replaceAll(/\D/g, '')));
    if (counter)
      new MutationObserver(note).observe(counter, { characterData: true, subtree: true, childList: true });
    Object.assign(window, { shown });
  });
  // Three times: a window behind the scenes begins before its votes.
  for (const round of [1, 2, 3]) {
    await suite.castMany(definition, 40);
    await page
      .getByTestId('counted')
      .filter({ hasText: new RegExp(`^${40 * round}$`) })
      .waitFor({ timeout: 60_000 });
    await page.waitForTimeout(6_000);
  }
  const shown: unknown = await page.evaluate(() => Reflect.get(window, 'shown'));
  if (!Array.isArray(shown)) throw new Error('nothing was noted');
  expect(shown).toEqual(shown.toSorted((a, b) => a - b));
  expect(shown.at(-1)).toBe(120);
  expect(await page.locator('.row').first().innerText()).toMatch(/60[\s\S]*50\.0%/);

  await page.getByRole('link', { name: 'Behind the scenes' }).click();
  const said = page.getByTestId('flow-window');
  await said.filter({ hasText: /\d+ votes, counted from/ }).waitFor({ timeout: 60_000 });
  const picture = await page.getByTestId('flow-picture').innerHTML();
  for (const name of ['ingestion-1', 'ingestion-2', 'processor-1', 'processor-2']) {
    expect(picture).toContain(name);
  }
  expect(await page.getByTestId('acknowledged').innerText()).toMatch(/ ms$/);
  await page.getByTestId('lag').filter({ hasText: '0 records' }).waitFor();
  expect(suite.complaints).toEqual([]);
});

test('after the closing nobody votes, results are signed, and a receipt becomes a signed statement', async () => {
  await suite.hold('ends');
  const page = await suite.open('/elections/ends/vote');
  const late = await suite.open('/elections/ends/vote');
  await chooseAndReview(late, 'b');
  await chooseAndReview(page, 'a');
  await press(page, 'Cast your vote');
  await counted(page);
  const saving = page.waitForEvent('download');
  await press(page, 'Save the receipt');
  const receipt = await readFile(await (await saving).path(), 'utf8');

  await suite.stop('ends');
  const closed = await suite.open('/elections/ends');
  await closed.getByText('Official', { exact: true }).waitFor({ timeout: 90_000 });
  await closed.getByText('this browser has verified the signature').waitFor();
  const exporting = closed.waitForEvent('download');
  await closed.getByRole('link', { name: 'Results (CSV)' }).click();
  expect(await readFile(await (await exporting).path(), 'utf8')).toMatch(/mayor.*\ba\b.*\b1\b/);
  // Whoever is still choosing is told, too.
  await heading(late, 'Voting has ended');

  const check = await suite.open('/check');
  await check.getByLabel('Receipt', { exact: true }).fill(receipt);
  await press(check, 'Check');
  await check.getByRole('link', { name: 'Make a statement of it' }).click();
  await check.locator('[data-word="signed"]').waitFor();
  await check.getByTestId('became').filter({ hasText: 'Counted.' }).waitFor();
  expect(new URL(check.url()).pathname + new URL(check.url()).hash).toBe('/statement');
  await expectAccessible(check, 'statement');
  const printed = await check.evaluate(() => document.body.innerText);
  expect(printed).toContain(JSON.parse(receipt).voteId);
  expect(await results(suite.stack, 'ends')).toMatchObject({ counted: 1 });
});

const HOSTILE = [
  '<img src=x onerror="window.broken=1">',
  '"><script>window.broken=1</script>',
  "';window.broken=1;//",
  '{{constructor.constructor("window.broken=1")()}}',
  '<svg/onload=window.broken=1>',
  'javascript:window.broken=1',
];

test('an election that is made to break the page is shown as text, in every view', async () => {
  const hostile = (prefix: string) => ({ en: `${prefix} ${HOSTILE.join(' ')}` });
  const options = ['x', 'y'].map(id => ({
    id,
    title: hostile(`Option ${id}`),
    description: hostile('About'),
    picture: 'https://example.org/%22%3E%3Cscript%3Ewindow.broken=1%3C/script%3E.png',
  }));
  const contest = { id: 'hostile', title: hostile('Contest'), minSelections: 1, maxSelections: 1, options };
  const definition = await suite.hold('hostile', { title: hostile('Election'), contests: [contest] });
  await suite.castMany(definition, 2);
  // Until a first look at who handles its votes the service has nothing to tell.
  await until('who handles its votes is known', async () => {
    const answers = suite.stack.resultsUrls.map(url => fetch(`${url}/v1/elections/hostile/flow`));
    return (await Promise.all(answers)).every(({ ok }) => ok);
  });
  const id = '/elections/hostile';
  for (const path of ['/', id, `${id}/screen`, `${id}/flow`, `${id}/vote`]) {
    const page = await suite.open(path);
    await page
      .getByText(HOSTILE[0] ?? '')
      .first()
      .waitFor();
    expect(await isBroken(page)).toBe(false);
    await page.close();
  }
  const page = await suite.open(`${id}/vote`);
  await page.getByRole('radio', { name: /^Option x/ }).check();
  await press(page, 'Continue');
  await heading(page, 'Review your vote');
  await press(page, 'Cast your vote');
  await counted(page);
  expect(await isBroken(page)).toBe(false);
  expect(suite.complaints).toEqual([]);
});

test('what is typed or linked to break the page stays text', async () => {
  await suite.hold('named', { mode: 'pseudonymous', revote: 'last' });
  for (const text of HOSTILE) {
    const address = `/check#election=${encodeURIComponent(text)}&vote=${encodeURIComponent(text)}`;
    const check = await suite.open(address);
    await check.getByLabel('Receipt', { exact: true }).fill(text);
    await press(check, 'Check');
    await check.getByText('This is not a receipt.').waitFor();
    const forged = { electionId: text, voteId: 'A'.repeat(43), topic: text, path: [] };
    await check.getByLabel('Receipt', { exact: true }).fill(JSON.stringify(forged));
    await press(check, 'Check');
    expect(await isBroken(check)).toBe(false);
    await check.close();
  }
  const page = await suite.open('/elections/named/vote');
  await page.getByRole('radio', { name: 'a', exact: true }).check();
  await press(page, 'Continue');
  await page.getByLabel('The name you vote by').fill(HOSTILE.join(' '));
  await press(page, 'Review your vote');
  await heading(page, 'Review your vote');
  expect(await isBroken(page)).toBe(false);
  expect(suite.complaints).toEqual([]);
});

const isBroken = (page: Page): Promise<boolean> => page.evaluate(() => Reflect.has(window, 'broken'));

test('a vote is cast, watched and checked by keyboard alone, and axe finds nothing wrong on the way', async () => {
  await suite.hold('keys');
  const page = await suite.open('/', await suite.newContext({ colorScheme: 'dark' }));
  await heading(page, 'Elections');
  await tabTo(page, 'Vote', 'keys');
  await page.keyboard.press('Enter');
  await heading(page, 'Your ballot');
  await expectAccessible(page, 'ballot');
  await tabTo(page, 'a');
  await page.keyboard.press('Space');
  await tabTo(page, 'Continue');
  await page.keyboard.press('Enter');
  await heading(page, 'Review your vote');
  await expectAccessible(page, 'review');
  await tabTo(page, 'Cast your vote');
  await page.keyboard.press('Enter');
  const voteId = await counted(page);
  await expectAccessible(page, 'receipt');
  await tabTo(page, 'Check it');
  await page.keyboard.press('Enter');
  await page.getByTestId('vote-status').filter({ hasText: 'Counted.' }).waitFor();
  await page.getByText(voteId).waitFor();
  await expectAccessible(page, 'check');
  await tabTo(page, 'All elections');
  await page.keyboard.press('Enter');
  await heading(page, 'Elections');
  await tabTo(page, 'keys');
  await page.keyboard.press('Enter');
  await page.getByTestId('counted').filter({ hasText: '1' }).waitFor();
  await tabTo(page, 'Big screen');
  await page.keyboard.press('Enter');
  // Whoever tabs before the view has changed runs through the one before.
  await page.getByText('Leave the big screen').waitFor();
  await tabTo(page, 'Leave the big screen');
  await page.keyboard.press('Enter');
  await page.getByRole('navigation').waitFor();
  expect(suite.complaints).toEqual([]);
});

/** Presses Tab until what has the focus is called so, and its description (or card) names `within`. */
async function tabTo(page: Page, name: string, within = ''): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : null;
      return {
        name: (label ?? element?.textContent ?? '').trim(),
        around: element?.closest('li')?.textContent ?? '',
      };
    });
    if (focused.name === name && focused.around.includes(within)) return;
  }
  throw new Error(`the keyboard does not reach ${name}`);
}
