import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { VoteProblemCode } from '@suffrage/client/browser';
import { type ErrorCode, refuse, toProblem } from '@suffrage/contracts/errors';
import { readFile, stat } from 'node:fs/promises';
import type { BrowserContext, Page } from 'playwright-core';
import { messages } from './src/language/catalogs/en.ts';
import { expectEveryLook } from './test/quality.ts';
import {
  chooseAndReview,
  counted,
  heading,
  openVotingRoom,
  press,
  type VotingRoom,
} from './test/voting-room.ts';

jest.setTimeout(60_000);

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

test.each([
  ['reloaded', async (page: Page) => void (await page.reload())],
  [
    'closed and opened again',
    async (page: Page, reopen: () => Promise<Page>) => {
      await page.close();
      return reopen();
    },
  ],
] as const)('a page that is %s while it casts goes on by itself, with the same vote', async (how, leave) => {
  const id = how.replaceAll(' ', '-');
  await room.hold(id);
  const context = await room.newContext();
  const lost = Promise.withResolvers<void>();
  await context.route('**/ingestion/**/votes', async route => {
    await route.fetch();
    lost.resolve();
  });
  const page = await room.open(`/elections/${id}/vote`, context);
  await chooseAndReview(page, 'a');
  await press(page, 'Cast your vote');
  await page.getByTestId('step-token').filter({ hasText: 'done' }).waitFor();
  await lost.promise;
  await context.unroute('**/ingestion/**/votes');
  const again = await leave(page, () => room.open(`/elections/${id}/vote`, context));
  await counted(again ?? page);
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

test('the page can be installed', async () => {
  const context = await room.newContext();
  const page = await room.open('/', context);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const tools = await context.newCDPSession(page);
  const { installabilityErrors } = await tools.send('Page.getInstallabilityErrors');
  // As it is in a test's browser, and nothing else.
  expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual(['in-incognito']);
});

test('of three tabs one casts, and all show the receipt of the first', async () => {
  await room.hold('tabs');
  const context = await room.newContext();
  const [first, second] = [
    await room.open('/elections/tabs/vote', context),
    await room.open('/elections/tabs/vote', context),
  ];
  await chooseAndReview(first, 'a');
  await chooseAndReview(second, 'b');
  const release = await holdAnswers(context, '**/ingestion/**/votes');
  await press(first, 'Cast your vote');
  await first.locator('[data-testid=step-stored][data-standing=now]').waitFor();
  await press(second, 'Cast your vote');
  const third = await room.open('/elections/tabs/vote', context);
  await third.getByTestId('progress').waitFor();
  release();
  const voteId = await counted(first);
  await second.getByTestId('problem-voted-already').waitFor();
  await second.getByRole('link', { name: 'See the receipt' }).click();
  expect([await counted(second), await counted(third)]).toEqual([voteId, voteId]);
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
  await page.getByText('the vote can be finished only where it was begun').waitFor();
  await press(page, 'Cast your vote');
  await counted(page);
});

test('who goes back to the ballot while the right to vote is still being got casts nothing', async () => {
  await room.hold('changed-mind', { voterProof: 'session' });
  const context = await room.newContext();
  const release = await holdAnswers(context, '**/registrar/**/sessions');
  const page = await room.open('/elections/changed-mind/vote', context);
  await chooseAndReview(page, 'a');
  await press(page, 'Cast your vote');
  await press(page, 'Change');
  await heading(page, 'Your ballot');
  const answered = page.waitForResponse('**/sessions');
  release();
  await answered;
  await chooseAndReview(page, 'b');
  expect(room.casts()).toEqual([]);
  await press(page, 'Cast your vote');
  await counted(page);
  expect(room.casts()).toHaveLength(1);
});

test('a statement says that the results service does not answer, and asks again', async () => {
  await room.hold('stated');
  const page = await room.open('/elections/stated/vote');
  await chooseAndReview(page, 'a');
  await press(page, 'Cast your vote');
  await counted(page);
  const saving = page.waitForEvent('download');
  await press(page, 'Save the receipt');
  const receipt = await readFile(await (await saving).path(), 'utf8');
  const elsewhere = await room.newContext();
  await elsewhere.route('**/results/**/votes/**', route => route.abort());
  const statement = await room.open('/statement', elsewhere);
  await statement.getByLabel('Receipt', { exact: true }).fill(receipt);
  await press(statement, 'Check');
  const became = statement.getByTestId('became');
  await became.filter({ hasText: 'The results service does not answer at the moment.' }).waitFor();
  await elsewhere.unroute('**/results/**/votes/**');
  await became.filter({ hasText: 'Counted.' }).waitFor();
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

/** What the registrar answers to the request for a token; what the page makes of it; what the voter can press then. */
const refusals: readonly (readonly [ErrorCode, VoteProblemCode, string | undefined])[] = [
  ['election-not-yet-open', 'not-yet-open', 'Try again'],
  ['election-closed', 'closed', undefined],
  ['election-unknown', 'election-unknown', undefined],
  ['election-annulled', 'refused', undefined],
  ['unauthorized', 'proof-refused', 'Give your proof again'],
  ['voter-not-eligible', 'not-eligible', undefined],
  ['token-already-issued', 'token-used-up', undefined],
  ['revisions-exhausted', 'no-voting-again', undefined],
];

/** Casts a vote that is going to be refused, and gives the page once it says why. */
async function castInVain(problem: VoteProblemCode, context: BrowserContext): Promise<Page> {
  const page = await room.open('/elections/in-vain/vote', context);
  await chooseAndReview(page, 'a');
  await press(page, 'Cast your vote');
  const stuck = page.getByTestId(`problem-${problem}`);
  await stuck.waitFor();
  expect(await stuck.getByRole('alert').innerText()).toBe(messages[`problem.${problem}`]);
  await expectEveryLook(page, `vote-problem-${problem}`, ['--page']);
  return page;
}

describe('a vote that is refused says why, and what its voter can do', () => {
  beforeAll(() => room.hold('in-vain'));

  test.each(refusals)('%s', async (code, problem, remedy) => {
    const context = await room.newContext();
    const answer = toProblem(refuse(code));
    await context.route('**/registrar/**/tokens', route =>
      route.fulfill({ status: answer.status, json: answer, contentType: 'application/problem+json' }),
    );
    const page = await castInVain(problem, context);
    await page.getByText(`What the service said: ${code}`).waitFor();
    const buttons = await page.getByTestId(`problem-${problem}`).getByRole('button').allInnerTexts();
    expect(buttons).toEqual(remedy === undefined ? [] : [remedy]);
    expect(room.casts()).toEqual([]);
  });

  test('a signature that is none', async () => {
    const context = await room.newContext();
    await context.route('**/registrar/**/tokens', async route => {
      const response = await route.fetch();
      await route.fulfill({
        response,
        json: { ...(await response.json()), blindSignature: 'A'.repeat(342) },
      });
    });
    await castInVain('token-forged', context);
    expect(room.casts()).toEqual([]);
  });

  test('a stored vote that is rejected all the same keeps its receipt', async () => {
    const context = await room.newContext();
    await context.route('**/results/**/votes/*', async route => {
      const voteId = new URL(route.request().url()).pathname.split('/').at(-1);
      await route.fulfill({
        json: { electionId: 'in-vain', voteId, status: 'rejected', code: 'token-invalid' },
      });
    });
    const page = await castInVain('rejected', context);
    await page.getByRole('link', { name: 'See the receipt' }).click();
    await press(page, 'Save the receipt');
  });
});

/** Keeps back what is answered at such addresses until it is called. */
async function holdAnswers(context: BrowserContext, addresses: string): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  await context.route(addresses, async route => {
    await promise;
    await route.continue();
  });
  return resolve;
}

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
  const held: (() => void)[] = [];
  for (const addresses of ['**/registrar/**/tokens', '**/ingestion/**/votes', '**/results/**/votes/*'])
    held.push(await holdAnswers(context, addresses));
  await context.setOffline(false);
  for (const [place, step] of ['token', 'stored', 'counted'].entries()) {
    await page.locator(`[data-testid=step-${step}][data-standing=now]`).waitFor();
    await expectEveryLook(page, `vote-${step}`);
    held[place]?.();
  }
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
