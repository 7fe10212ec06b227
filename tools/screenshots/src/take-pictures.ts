import { audit } from '@suffrage/audit/audit';
import type { LocalStack } from '@suffrage/demo/local-stack';
import { openElection, results } from '@suffrage/demo/manager';
import { waitFor } from '@suffrage/stack/wait-for';
import { launchChromium } from '@suffrage/test/chromium';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { castMany, councilDraft } from './council.ts';

const DAY_MILLIS = 86_400_000;
/** Long enough for the registrar's rule of 20 s notice. */
const SHORT_MILLIS = 26_000;
const VOTES = 600;
/** So that a window behind the scenes begins before the votes and ends among them. */
const BURST = 60;
const CLOSING_MILLIS = 120_000;

const DESKTOP = { viewport: { width: 1280, height: 860 } } satisfies BrowserContextOptions;
const PHONE = { viewport: { width: 390, height: 844 } } satisfies BrowserContextOptions;
const isPhone = (page: Page): boolean => page.viewportSize()?.width === PHONE.viewport.width;

type Camera = {
  readonly browser: Browser;
  readonly pageUrl: string;
  readonly keep: (page: Page, name: string) => Promise<void>;
};

/** Writes `<view>.png` for each view of the page into `directory`. @throws when the stack does not do what it should. */
export async function takePictures(
  stack: LocalStack,
  directory: string,
  say: (line: string) => void,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  const browser = await launchChromium();
  const keep = async (page: Page, name: string) => {
    // Bars that grow have grown by then.
    await page.waitForTimeout(1_000);
    // A dialog covers the window, not what lies below it.
    const fullPage = !isPhone(page) && (await page.getByRole('alertdialog').count()) === 0;
    await page.screenshot({ path: join(directory, `${name}.png`), fullPage });
    say(`  ${name}.png`);
  };
  const camera = { browser, pageUrl: stack.pageUrl, keep };
  try {
    say('Opening two elections …');
    const short = await openElection(stack, 'parish-2026', id => councilDraft(id, SHORT_MILLIS));
    const council = await openElection(stack, 'riverside-2026', id => councilDraft(id, DAY_MILLIS));
    for (const { id } of [short, council])
      await waitFor(`election ${id} on all parts of the stack`, () => results(stack, id));
    await castMany(stack, short, BURST);
    const receipt = await voteOnPhone(camera, council.id);
    for (let cast = 0; cast < VOTES; cast += BURST) {
      await castMany(stack, council, BURST);
      say(`  ${cast + BURST} of ${VOTES} votes`);
    }
    await watch(camera, council.id);
    await check(camera, receipt);
    await manage(camera, council.id, stack.managerToken, await auditOf(stack));
    await holdByCode(camera, stack.managerToken);
    say('Waiting for the closing of the first election …');
    await official(camera, short.id);
  } finally {
    await browser.close();
  }
}

/** From the list to the receipt; the receipt. */
async function voteOnPhone({ browser, pageUrl, keep }: Camera, id: string): Promise<string> {
  const context = await browser.newContext({ locale: 'en-GB', ...PHONE });
  const page = await context.newPage();
  await page.goto(pageUrl);
  await page.getByRole('heading', { name: 'Open now' }).waitFor();
  await keep(page, 'elections');
  await page.goto(`${pageUrl}/elections/${id}/vote`);
  await page.getByRole('radio', { name: 'Amara Okafor' }).check();
  await page.getByRole('checkbox', { name: 'A new library' }).check();
  await keep(page, 'ballot');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'Review your vote' }).waitFor();
  await keep(page, 'review');
  await context.setOffline(true);
  await page.getByRole('button', { name: 'Cast your vote' }).click();
  await page.getByText('This device has no network.').waitFor();
  await keep(page, 'casting');
  await context.setOffline(false);
  await page.getByTestId('outcome').waitFor({ timeout: 60_000 });
  await keep(page, 'receipt');
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save the receipt' }).click();
  const receipt = await readFile(await (await saving).path(), 'utf8');
  await context.close();
  return receipt;
}

async function watch({ browser, pageUrl, keep }: Camera, id: string): Promise<void> {
  const context = await browser.newContext({ locale: 'en-GB', ...DESKTOP });
  const page = await context.newPage();
  await page.goto(`${pageUrl}/elections/${id}`);
  await page.locator('.row').first().waitFor();
  await keep(page, 'results');
  await page.getByRole('radio', { name: 'Table' }).check();
  await page.getByRole('table').first().waitFor();
  await keep(page, 'results-table');
  await page.goto(`${pageUrl}/elections/${id}/screen`);
  await page.locator('.row').first().waitFor();
  await keep(page, 'big-screen');
  const dark = await browser.newContext({ locale: 'en-GB', colorScheme: 'dark', ...DESKTOP });
  const behind = await dark.newPage();
  await behind.goto(`${pageUrl}/elections/${id}/flow`);
  await behind.getByTestId('flow-window').filter({ hasText: 'counted from' }).waitFor({ timeout: 60_000 });
  await keep(behind, 'behind-the-scenes');
  await dark.close();
  await context.close();
}

async function check({ browser, pageUrl, keep }: Camera, receipt: string): Promise<void> {
  const context = await browser.newContext({ locale: 'en-GB', ...DESKTOP });
  const page = await context.newPage();
  await page.goto(`${pageUrl}/check`);
  await page.getByLabel('Receipt', { exact: true }).fill(receipt);
  await page.getByRole('button', { name: 'Check' }).click();
  await page.getByTestId('verdict').scrollIntoViewIfNeeded();
  await keep(page, 'check');
  await page.getByRole('link', { name: 'Make a statement of it' }).click();
  await page.locator('[data-word="signed"]').waitFor();
  await keep(page, 'statement');
  await context.close();
}

/** The report of an audit of the whole stack, as `make audit ARGS='--json FILE'` writes it. */
async function auditOf({ brokers, databaseUrls, registrarUrl }: LocalStack): Promise<Buffer> {
  const issued = [{ from: registrarUrl, isRequired: true }];
  const report = await audit({ brokers, databaseUrls, namespace: '', waitMillis: 30_000, issued });
  return Buffer.from(JSON.stringify(report));
}

async function manage(
  { browser, pageUrl, keep }: Camera,
  id: string,
  token: string,
  report: Buffer,
): Promise<void> {
  const context = await browser.newContext({ locale: 'en-GB', ...DESKTOP });
  const page = await context.newPage();
  await page.goto(`${pageUrl}/manage`);
  await page.getByLabel('Token', { exact: true }).waitFor();
  await keep(page, 'manage-sign-in');
  await page.getByLabel('Token', { exact: true }).fill(token);
  await page.getByRole('button', { name: 'Sign in to manage' }).click();
  await page.getByRole('link', { name: 'Riverside town election' }).first().waitFor();
  await keep(page, 'manage-elections');
  await page.goto(`${pageUrl}/manage/elections/${id}`);
  await page.getByRole('heading', { name: 'Record of actions' }).waitFor();
  await keep(page, 'manage');
  await page.goto(`${pageUrl}/manage/new`);
  await page.getByLabel('Title of the election').fill('Riverside town election');
  await keep(page, 'new-election');
  await page.goto(`${pageUrl}/manage/audit`);
  const file = { name: 'audit.json', mimeType: 'application/json', buffer: report };
  await page.getByLabel('Report').setInputFiles(file);
  await page.getByTestId('audit-verdict').waitFor();
  await keep(page, 'manage-audit');
  await context.close();
}

async function signIn(page: Page, pageUrl: string, token: string): Promise<void> {
  await page.goto(`${pageUrl}/manage`);
  await page.getByLabel('Token', { exact: true }).fill(token);
  await page.getByRole('button', { name: 'Sign in to manage' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

/** An election on a roll: a roll that is refused, the question before it opens, and a voter's code. */
async function holdByCode({ browser, pageUrl, keep }: Camera, token: string): Promise<void> {
  const context = await browser.newContext({ locale: 'en-GB', ...DESKTOP });
  const page = await context.newPage();
  await signIn(page, pageUrl, token);
  await page.locator('.elections').waitFor();
  const before = await page.getByRole('link', { name: 'Harbour board', exact: true }).count();
  const id = before === 0 ? 'harbour-board' : `harbour-board-${before + 1}`;
  await page.goto(`${pageUrl}/manage/new`);
  await page.getByLabel('Title of the election').fill('Harbour board');
  await page.getByLabel('Short name in addresses').fill(id);
  await page.getByLabel('Question or office').fill('Chair');
  await page.getByLabel('Option 1', { exact: true }).fill('Ines Duarte');
  await page.getByLabel('Option 2', { exact: true }).fill('Tom Brandt');
  await page.getByLabel('Voters on a roll').check();
  await page.getByRole('button', { name: 'Save the draft' }).click();
  await page.getByRole('heading', { level: 1, name: 'Harbour board' }).waitFor();
  const upload = (csv: string) =>
    page
      .getByLabel('Upload the roll (CSV)')
      .setInputFiles({ name: 'roll.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
  await upload('voter\nada\nbob\nada\n');
  await page.getByRole('row', { name: '4 repeats the voter of line 2' }).waitFor();
  await keep(page, 'manage-roll');
  await upload('voter\nada\nbob\n');
  await page.getByTestId('roll-state').filter({ hasText: '2 on it' }).waitFor();
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Make and save missing codes' }).click();
  const codes = await readFile(await (await saving).path(), 'utf8');
  await page.getByRole('button', { name: 'Open now' }).click();
  await page.getByRole('alertdialog').waitFor();
  await keep(page, 'manage-open');
  await page.getByRole('button', { name: 'Open it now' }).click();
  await page.getByTestId('next').filter({ hasText: 'Votes are taken' }).waitFor({ timeout: 60_000 });
  await context.close();
  await typeCode({ browser, pageUrl, keep }, id, codes.split('\r\n')[1]?.split(',')[1] ?? '');
}

async function typeCode({ browser, pageUrl, keep }: Camera, id: string, code: string): Promise<void> {
  const context = await browser.newContext({ locale: 'en-GB', ...PHONE });
  const page = await context.newPage();
  await page.goto(`${pageUrl}/elections/${id}/vote`);
  await page.getByRole('radio', { name: 'Tom Brandt' }).check();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('One-time code').fill(code);
  await page.getByText('This is written as a code should be.').waitFor();
  await keep(page, 'code');
  await context.close();
}

async function official({ browser, pageUrl, keep }: Camera, id: string): Promise<void> {
  const context = await browser.newContext({ locale: 'de', colorScheme: 'dark', ...DESKTOP });
  const page = await context.newPage();
  await page.goto(`${pageUrl}/elections/${id}`);
  await page.locator('.badge-official').waitFor({ timeout: CLOSING_MILLIS });
  await keep(page, 'official');
  await context.close();
}
