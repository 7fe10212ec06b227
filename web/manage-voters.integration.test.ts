import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { until } from '@suffrage/test/poll';
import { blinded } from '@suffrage/test/registrar-api';
import { confirm, nextIs, signInAs, signInByToken } from './test/managing.ts';
import { expectAccessible, expectWithin, keepPicture } from './test/quality.ts';
import {
  chooseAndReview,
  counted,
  heading,
  openVotingRoom,
  press,
  type VotingRoom,
} from './test/voting-room.ts';

jest.setTimeout(240_000);

/** Of access tokens: the page renews them after three quarters of it. */
const TOKEN_SECONDS = 12;

let room: VotingRoom;

beforeAll(async () => {
  const accounts = { ann: { organisation: 'acme', roles: ['manager'] } };
  const settings = { SUFFRAGE_RETENTION_DAYS: 0, SUFFRAGE_LIMIT_SESSIONS_PER_ADDRESS: 1 };
  room = await openVotingRoom({ accounts, tokenSeconds: TOKEN_SECONDS, settings });
}, 120_000);

afterAll(() => room?.close(), 60_000);

afterEach(() => room.clear());

const manage = (id: string) => signInByToken(room, `/manage/elections/${id}`);
const votersOn = async (id: string) => (await room.api.call('GET', `/${id}/roll`)).json.voters;

test('a voter who has lost the code gets another, and only the new one gives a right to vote', async () => {
  const { definition, codes } = await room.api.openWithCodes('lost-code', ['ada', 'bob']);
  const page = await manage('lost-code');
  await press(page, 'Another code for one voter');
  const dialog = page.getByRole('alertdialog');
  await expectAccessible(page, 'another code');
  const ask = async (voter: string) => {
    await dialog.getByLabel('Voter').fill(voter);
    await dialog.getByRole('button', { name: 'Make another code' }).click();
  };
  await ask('eve');
  await dialog.getByTestId('refused-voter-unknown').getByText('exactly as the roll does').waitFor();
  await ask('ada');
  const code = await dialog.getByTestId('given-code').innerText();
  await expectAccessible(page, 'the code that was given');
  await press(page, 'Done');
  expect(await page.getByText(code).count()).toBe(0);
  const { blindedMessage } = blinded(definition);
  const withOld = await room.api.ask('lost-code', { blindedMessage, code: codes.get('ada') });
  expect(withOld.json.code).toBe('code-refused');
  expect((await room.api.ask('lost-code', { blindedMessage, code })).status).toBe(200);
  await press(page, 'Another code for one voter');
  await ask('ada');
  await dialog.getByTestId('refused-token-already-issued').getByText('has used the code').waitFor();
});

test('a draft gets new keys and keeps its roll; once it is open none are offered', async () => {
  await room.api.create('new-keys');
  await room.api.putRoll('new-keys', 'voter\nada\nbob\n');
  const keys = async () => (await room.api.call('GET', '/new-keys')).json.definition;
  const before = await keys();
  const page = await manage('new-keys');
  await confirm(page, 'New keys', 'Make new keys');
  await page.getByRole('cell', { name: 'keys renewed' }).waitFor();
  const after = await keys();
  expect(after).not.toEqual(before);
  expect(after).toMatchObject({ id: 'new-keys' });
  expect(await votersOn('new-keys')).toBe(2);
  await confirm(page, 'Open now', 'Open it now');
  await nextIs(page, 'Votes are taken');
  expect(await page.getByRole('button', { name: 'New keys' }).count()).toBe(0);
});

test('what is kept of voters is erased once its name is typed, and the page says when', async () => {
  const fromNow = (millis: number) => new Date(Date.now() + millis).toISOString();
  await room.api.create('erased', { opensAt: fromNow(0), closesAt: fromNow(30_000) });
  await room.api.putRoll('erased', 'voter\nada\n');
  await room.api.open('erased');
  const page = await manage('erased');
  await nextIs(page, 'The results are official');
  await page.getByText('1 voter is on the roll.').waitFor();
  await press(page, 'Erase voters’ data');
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    await expectWithin(page, 'erase', width);
    await keepPicture(page, `manage-erase-${width}`);
  }
  const field = page.getByLabel('Type erased to go on');
  await field.fill('another');
  await press(page, 'Erase it');
  expect(await field.evaluate(one => one.matches(':invalid'))).toBe(true);
  await field.fill('erased');
  await press(page, 'Erase it');
  await page.getByTestId('erased').getByText('was destroyed').waitFor();
  await page.getByRole('cell', { name: 'voters’ data erased' }).waitFor();
  expect(await page.getByText('on the roll.').count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Erase voters’ data' }).count()).toBe(0);
  expect(await votersOn('erased')).toBe(0);
});

test('who is refused a session is told to wait, in their language, and that nothing was sent', async () => {
  await room.hold('crowded', { voterProof: 'session' });
  const first = await room.open('/elections/crowded/vote');
  await chooseAndReview(first, 'a');
  await press(first, 'Cast your vote');
  await counted(first);
  const path = '/elections/crowded/vote';
  const page = await room.open(path, await room.newContext({ locale: 'de-AT' }));
  await page.getByRole('radio', { name: 'a', exact: true }).check();
  await press(page, 'Weiter');
  await press(page, 'Stimme abgeben');
  await page
    .getByRole('status')
    .filter({ hasText: /Warten Sie eine Minute.*nichts gesendet/ })
    .waitFor();
  expect(room.casts().length).toBe(1);
});

/** Lets the page send so many bytes in a second. */
async function slowDown(page: Page, bytes: number): Promise<void> {
  const tools = await page.context().newCDPSession(page);
  await tools.send('Network.enable');
  await tools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: bytes,
  });
}

async function chooseRoll(page: Page, voters: number): Promise<void> {
  const names = Array.from({ length: voters }, (_none, index) => `voter-${index}\n`);
  const buffer = Buffer.from(`voter\n${names.join('')}`);
  await page
    .getByLabel('Upload the roll (CSV)')
    .setInputFiles({ name: 'roll.csv', mimeType: 'text/csv', buffer });
}

test('a long roll says how much of it is sent, and that its rows are checked then', async () => {
  await room.api.create('long-roll');
  const page = await manage('long-roll');
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(window, { seen });
    new MutationObserver(() => {
      const bar = document.querySelector('progress');
      const state = document.querySelector('[data-testid=roll-state]')?.textContent ?? '';
      seen.push(`${bar?.value ?? ''} ${bar?.parentElement?.innerText ?? ''} ${state}`);
    }).observe(document.body, { attributes: true, childList: true, subtree: true, characterData: true });
  });
  await slowDown(page, 200_000);
  await chooseRoll(page, 50_000);
  await page.getByRole('progressbar', { name: 'Upload the roll (CSV)' }).waitFor();
  await page.getByTestId('roll-state').getByText('Sending').waitFor();
  await expectAccessible(page, 'a roll on its way');
  await page.getByTestId('roll-state').filter({ hasText: '50,000 on it; 50,000 added' }).waitFor();
  const seen = String(await page.evaluate(() => Reflect.get(window, 'seen').join('\n'))).split('\n');
  const shares = seen.map(one => Number.parseFloat(one)).filter(share => !Number.isNaN(share));
  expect(shares.filter(share => share > 0 && share < 1).length).toBeGreaterThan(2);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect(seen.join()).toMatch(/\b[1-9]\d?%/);
  expect(seen.join()).toContain('The registrar checks the rows');
  expect(await page.getByRole('progressbar').count()).toBe(0);
});

test('a roll that is broken off on its way changes nothing, and can be sent again', async () => {
  await room.api.create('broken-off');
  await room.api.putRoll('broken-off', 'voter\nada\n');
  const page = await manage('broken-off');
  await slowDown(page, 50_000);
  await chooseRoll(page, 50_000);
  await press(page, 'Break off');
  await page.getByTestId('roll-state').filter({ hasText: 'nothing of the file was taken' }).waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
  await slowDown(page, -1);
  expect(await votersOn('broken-off')).toBe(1);
  await chooseRoll(page, 3);
  await page.getByTestId('roll-state').filter({ hasText: '3 on it; 3 added, 1 removed' }).waitFor();
});

type Kept = { readonly token: string; readonly renewal: { readonly refreshToken: string } };

const kept = (page: Page) =>
  page.evaluate((): Kept => JSON.parse(sessionStorage.getItem('suffrage:manager') ?? 'null'));

test('a sign-in outlasts its access token, without a request that is refused; what is being written stays', async () => {
  const page = await signInAs(room, 'ann', '/manage/new');
  await page.getByLabel('Title of the election').fill('Long night');
  const first = await kept(page);
  const answers: number[] = [];
  page.on('response', response => {
    if (response.url().includes('/api/registrar/')) answers.push(response.status());
  });
  await page.getByRole('link', { name: 'Your organisation’s elections' }).click();
  await until('a second token is kept', async () => (await kept(page)).token !== first.token, 60_000);
  const second = await kept(page);
  await until('a third token is kept', async () => (await kept(page)).token !== second.token, 60_000);
  const used = () => room.requests.filter(one => one.headers().authorization === `Bearer ${second.token}`);
  expect(used().length).toBeGreaterThan(0);
  expect(answers).not.toContain(401);
  expect(room.requests.filter(one => one.url().includes(first.renewal.refreshToken))).toEqual([]);
  await page.goto(new URL('/manage/new', page.url()).href);
  expect(await page.getByLabel('Title of the election').inputValue()).toBe('Long night');
  await page.getByText('ann · acme').waitFor();
});

test('a token that has ended while the tab slept is renewed, and the request sent again', async () => {
  const page = await signInAs(room, 'ann');
  await heading(page, 'Your organisation’s elections');
  const { token } = await kept(page);
  await page.goto('about:blank');
  await until('the token has ended', () => hasEnded(token), 30_000);
  await page.goBack();
  await heading(page, 'Your organisation’s elections');
  expect((await kept(page)).token).not.toBe(token);
});

/** As a JSON Web Token says itself. */
async function hasEnded(token: string): Promise<boolean> {
  const { exp }: { exp: number } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  return Date.now() > exp * 1_000 + 1_000;
}

test('after signing out nobody can renew the sign-in; a page that tries is asked to sign in again', async () => {
  const page = await signInAs(room, 'ann');
  const stolen = await page.evaluate(() => sessionStorage.getItem('suffrage:manager') ?? '');
  const revoked = page.waitForResponse(response => response.url().includes('/token/revocation'));
  await press(page, 'Sign out');
  await heading(page, 'Sign in to manage');
  expect((await revoked).status()).toBe(200);
  const { token }: Kept = JSON.parse(stolen);
  await until('the token has ended', () => hasEnded(token), 30_000);
  await page.evaluate(session => sessionStorage.setItem('suffrage:manager', session), stolen);
  await page.reload();
  await page.getByRole('alert').getByText('does not know this sign-in').waitFor();
  await page.getByRole('button', { name: /^Sign in at/ }).waitFor();
});
