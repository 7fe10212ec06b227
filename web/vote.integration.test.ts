import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { readFile, stat } from 'node:fs/promises';
import { expectEveryLook } from './test/quality.ts';
import {
  chooseAndReview,
  counted,
  heading,
  openVotingRoom,
  press,
  type VotingRoom,
} from './test/voting-room.ts';

jest.setTimeout(45_000);

let room: VotingRoom;

beforeAll(async () => {
  room = await openVotingRoom();
}, 120_000);

afterAll(() => room?.close(), 60_000);

afterEach(() => room.clear());

test('a vote goes from the list to a receipt that can be saved and checked, here and on another device', async () => {
  await room.hold('whole');
  const page = await room.open('/');
  await page.getByRole('listitem').filter({ hasText: 'whole' }).getByRole('link', { name: 'Vote' }).click();
  await heading(page, 'Your ballot');
  await press(page, 'Continue');
  await page.getByRole('alert').filter({ hasText: 'One contest needs another look.' }).waitFor();
  await chooseAndReview(page, 'a');
  await press(page, 'Cast your vote');
  const voteId = await counted(page);
  expect(voteId).toMatch(/^[\w-]{43}$/);
  expect(room.casts()).toHaveLength(1);

  const saving = page.waitForEvent('download');
  await press(page, 'Save the receipt');
  const receipt = await readFile(await (await saving).path(), 'utf8');
  expect(JSON.parse(receipt)).toMatchObject({ electionId: 'whole', voteId });

  const elsewhere = await room.open('/check');
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
  const scanned = await room.open(address ?? '');
  await scanned.getByTestId('vote-status').filter({ hasText: 'Counted.' }).waitFor();
  // What is behind `#` stays in the browser: only the results service is told which vote is looked up.
  const sent = room.requests.map(request => new URL(request.url())).map(url => url.pathname + url.search);
  expect(sent.filter(path => path.includes(voteId) && !path.startsWith('/api/results/'))).toEqual([]);
  expect(room.complaints).toEqual([]);
});

test('two quick clicks cast one vote', async () => {
  await room.hold('twice');
  const page = await room.open('/elections/twice/vote');
  await chooseAndReview(page, 'b');
  await page.getByRole('button', { name: 'Cast your vote' }).dblclick();
  await counted(page);
  expect(room.casts()).toHaveLength(1);
});

test('a code is taken in small letters, and a slip is told before anything is sent', async () => {
  await room.api.create('coded');
  await room.api.putRoll('coded', 'voter\nada\n');
  const code = (await room.api.codesOf('coded')).get('ada') ?? '';
  await room.api.open('coded');
  const page = await room.open('/elections/coded/vote');
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
  await room.hold('reloaded');
  const context = await room.newContext();
  const lost = Promise.withResolvers<void>();
  await context.route('**/ingestion/**/votes', async route => {
    await route.fetch();
    lost.resolve();
  });
  const page = await room.open('/elections/reloaded/vote', context);
  await chooseAndReview(page, 'a');
  await press(page, 'Cast your vote');
  await page.getByTestId('step-token').filter({ hasText: 'done' }).waitFor();
  await lost.promise;
  await context.unroute('**/ingestion/**/votes');
  await page.reload();
  await counted(page);
  expect(new Set(room.casts().map(request => request.postData())).size).toBe(1);
});

test('without a network the page opens, says so, and sends the vote when the network is back', async () => {
  await room.hold('offline');
  const context = await room.newContext();
  const page = await room.open('/elections/offline/vote', context);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.reload();
  await chooseAndReview(page, 'a');
  await context.setOffline(true);
  await press(page, 'Cast your vote');
  await page.getByTestId('progress').filter({ hasText: 'This device has no network.' }).waitFor();
  await page.reload();
  await page.getByTestId('progress').filter({ hasText: 'This device has no network.' }).waitFor();
  expect(room.casts()).toHaveLength(0);
  await context.setOffline(false);
  await counted(page);
  expect(room.casts()).toHaveLength(1);
  const kept = await page.evaluate(async () => {
    const names = await caches.keys();
    const asked = await Promise.all(names.map(async name => (await caches.open(name)).keys()));
    return asked.flat().map(({ url }) => new URL(url).pathname);
  });
  expect(kept).toContain('/');
  expect(kept.filter(path => path.startsWith('/api'))).toEqual([]);
});

test('a second tab sends nothing and shows the receipt of the first', async () => {
  await room.hold('tabs');
  const context = await room.newContext();
  const first = await room.open('/elections/tabs/vote', context);
  await chooseAndReview(first, 'a');
  await press(first, 'Cast your vote');
  const second = await room.open('/elections/tabs/vote', context);
  expect(await counted(second)).toBe(await counted(first));
  expect(room.casts()).toHaveLength(1);
});

test('a contest of several marks explains its limits while one chooses, by keyboard alone', async () => {
  const options = ['one', 'two', 'three'].map(id => ({ id, title: { en: id } }));
  const none = { id: 'none', title: { en: 'None of the above' }, exclusive: true };
  const council = { id: 'council', title: { en: 'Council' }, minSelections: 2, maxSelections: 2 };
  await room.hold('limits', { contests: [{ ...council, options: [...options, none] }] });
  const page = await room.open('/elections/limits/vote');
  const says = (words: string) => page.getByTestId('standing-council').filter({ hasText: words }).waitFor();
  await page.getByRole('checkbox', { name: 'one', exact: true }).focus();
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
  await room.hold('spoken');
  const page = await room.open('/elections/spoken/vote', await room.newContext({ locale: 'de-AT' }));
  await heading(page, 'Ihr Stimmzettel');
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('de');
  await page.getByRole('combobox').selectOption('ar');
  await page.reload();
  await page.getByRole('radio').first().waitFor();
  const { lang, dir } = await page.evaluate(() => ({
    lang: document.documentElement.lang,
    dir: document.documentElement.dir,
  }));
  expect([lang, dir]).toEqual(['ar', 'rtl']);
  expect(room.complaints).toEqual([]);
});

test('nothing of the vote path is cut off on a screen of 320 px, with large text', async () => {
  await room.hold('narrow');
  const phone = await room.newContext({ viewport: { width: 320, height: 640 } });
  const page = await room.open('/elections/narrow/vote', phone);
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

test('a vote under a name can be replaced by a later one, where the election allows it', async () => {
  await room.hold('revoted', { mode: 'pseudonymous', revote: 'last' });
  const page = await room.open('/elections/revoted/vote');
  const voteFor = async (option: string) => {
    await page.getByRole('radio', { name: option, exact: true }).check();
    await press(page, 'Continue');
    await page.getByLabel('The name you vote by').fill('ada');
    await press(page, 'Review your vote');
    await press(page, 'Cast your vote');
    return counted(page);
  };
  const first = await voteFor('a');
  await page.getByRole('link', { name: 'Vote again' }).click();
  expect(await voteFor('b')).not.toBe(first);
  const address = `/check#election=revoted&vote=${first}`;
  const status = (await room.open(address)).getByTestId('vote-status');
  await status.filter({ hasText: 'replaced by a later vote' }).waitFor();
});

test('a session is opened by the page where the election asks for one', async () => {
  await room.hold('session', { voterProof: 'session' });
  const page = await room.open('/elections/session/vote');
  await chooseAndReview(page, 'a');
  await press(page, 'Cast your vote');
  await counted(page);
});

test('a refusal says what the voter can do', async () => {
  const { codes } = await room.api.openWithCodes('refused', ['ada']);
  const code = codes.get('ada') ?? '';
  const vote = async () => {
    const page = await room.open('/elections/refused/vote');
    await page.getByRole('radio', { name: 'a', exact: true }).check();
    await press(page, 'Continue');
    await page.getByLabel('One-time code').fill(code);
    await press(page, 'Review your vote');
    await press(page, 'Cast your vote');
    return page;
  };
  await counted(await vote());
  const again = await vote();
  await again.getByTestId('problem-proof-refused').getByText('Your vote is kept.').waitFor();
  await press(again, 'Give your proof again');
  await again.getByLabel('One-time code').waitFor();
});

test('each step of a vote can be used by everybody, at three widths, light or dark', async () => {
  const { codes } = await room.api.openWithCodes('looked-at', ['ada']);
  const context = await room.newContext();
  const page = await room.open('/elections/looked-at/vote', context);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.reload();
  await press(page, 'Continue');
  await page.getByRole('alert').filter({ hasText: 'One contest needs another look.' }).waitFor();
  await expectEveryLook(page, 'vote-contest-left');
  await page.getByRole('radio', { name: 'a', exact: true }).check();
  await press(page, 'Continue');
  await heading(page, 'Your right to vote');
  await expectEveryLook(page, 'vote-proof');
  await page.getByLabel('One-time code').fill(codes.get('ada') ?? '');
  await press(page, 'Review your vote');
  await heading(page, 'Review your vote');
  await expectEveryLook(page, 'vote-review');
  await context.setOffline(true);
  await press(page, 'Cast your vote');
  await page.getByTestId('progress').filter({ hasText: 'This device has no network.' }).waitFor();
  await expectEveryLook(page, 'vote-waiting');
  await context.setOffline(false);
  await counted(page);
  await expectEveryLook(page, 'vote-receipt');
  const again = await room.open('/elections/looked-at/vote');
  await again.getByRole('radio', { name: 'a', exact: true }).check();
  await press(again, 'Continue');
  await again.getByLabel('One-time code').fill(codes.get('ada') ?? '');
  await press(again, 'Review your vote');
  await press(again, 'Cast your vote');
  await again.getByTestId('problem-proof-refused').waitFor();
  await expectEveryLook(again, 'vote-refused');
}, 240_000);

/** Bytes, gzipped. */
const BUDGET_BYTES = 150_000;

test('the way of a vote loads at most 150 kB of script', async () => {
  await room.hold('small');
  const page = await room.open('/', await room.newContext({ serviceWorkers: 'block' }));
  await page.getByRole('listitem').filter({ hasText: 'small' }).getByRole('link', { name: 'Vote' }).click();
  await chooseAndReview(page, 'a');
  await press(page, 'Cast your vote');
  await counted(page);
  const scripts = new Set(room.requests.filter(one => one.resourceType() === 'script').map(one => one.url()));
  const sizes = await Promise.all(
    [...scripts].map(async url => (await stat(`${room.pageDirectory}${new URL(url).pathname}.gz`)).size),
  );
  expect(sizes.length).toBeGreaterThan(1);
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(BUDGET_BYTES);
});

test('an election that is yet to come shows its ballot, and one that there is not is called so', async () => {
  await room.api.create('later', { eligibility: 'open' });
  await room.api.call('POST', '/later/publish');
  const later = await room.open('/elections/later/vote');
  await later.getByText('Voting has not begun.').waitFor();
  expect(await later.getByRole('button', { name: 'Continue' }).count()).toBe(0);
  const nobody = await room.open('/elections/nobody-knows-this/vote');
  await heading(nobody, 'There is no such election');
});
