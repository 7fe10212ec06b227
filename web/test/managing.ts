import type { Page } from 'playwright-core';
import { expectAccessible } from './quality.ts';
import { heading, press, type VotingRoom } from './voting-room.ts';

/* What managers do on the page, step by step. */

export const OWN = 'Your organisation’s elections';

/** As on a local installation: with the token that the stack prints. */
export async function signInByToken(room: VotingRoom, path = '/manage', page?: Page): Promise<Page> {
  const shown = page ?? (await room.open(path));
  await shown.getByText('With a manager’s token').click();
  await shown.getByLabel('Token', { exact: true }).fill('manager-token');
  await shown.getByRole('button', { name: 'Sign in to manage' }).click();
  await shown.getByRole('button', { name: 'Sign out' }).waitFor();
  return shown;
}

export async function signInAs(room: VotingRoom, subject: string, path = '/manage'): Promise<Page> {
  const page = await room.open(path);
  await page.getByRole('button', { name: /^Sign in at/ }).click();
  await page.getByRole('link', { name: subject, exact: true }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  return page;
}

export async function writeDraft(page: Page, title: string): Promise<void> {
  await page.goto(new URL('/manage/new', page.url()).href);
  await page.getByLabel('Title of the election').fill(title);
  await page.getByLabel('Question or office').fill('Mayor');
  await page.getByLabel('Option 1', { exact: true }).fill('Ann');
  await page.getByLabel('Option 2', { exact: true }).fill('Bob');
}

export async function saveDraft(page: Page, title: string): Promise<void> {
  await press(page, 'Save the draft');
  await heading(page, title);
}

/** Does what a dialog asks about, whose button says `confirm`. */
export async function confirm(page: Page, task: string, button: string, reason?: string): Promise<void> {
  await press(page, task);
  const dialog = page.getByRole('alertdialog');
  if (reason !== undefined) await dialog.getByLabel('Reason').fill(reason);
  await expectAccessible(page, `the dialog of ${task}`);
  await dialog.getByRole('button', { name: button, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

export const nextIs = (page: Page, words: string) =>
  page.getByTestId('next').filter({ hasText: words }).waitFor({ timeout: 60_000 });
