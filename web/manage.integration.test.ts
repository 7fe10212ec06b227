import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { checkStatement } from '@suffrage/contracts/signed-statement';
import { electionDefinition } from '@suffrage/contracts/election';
import { officialSchemas } from '@suffrage/contracts/official';
import { confirm, nextIs, OWN, saveDraft, signInAs, signInByToken, writeDraft } from './test/managing.ts';
import { expectAccessible, expectEveryLook } from './test/quality.ts';
import {
  chooseAndReview,
  counted,
  heading,
  openVotingRoom,
  press,
  type VotingRoom,
} from './test/voting-room.ts';

jest.setTimeout(120_000);

const accounts = {
  ann: { organisation: 'acme', roles: ['manager'] },
  olga: { organisation: 'acme', roles: ['observer'] },
  abe: { organisation: 'acme', roles: ['auditor'] },
  vera: {},
  victor: {},
};

let room: VotingRoom;

beforeAll(async () => {
  room = await openVotingRoom({ accounts });
}, 120_000);

afterAll(() => room?.close(), 60_000);

afterEach(() => room.clear());

const MINUTE_MILLIS = 60_000;
const HOUR_MILLIS = 60 * MINUTE_MILLIS;

/** What the browser said of refusals is no fault of the page. */
const complaints = () => room.complaints.filter(one => !one.startsWith('Failed to load resource'));

test('a new user holds an election from nothing: creates, votes on a phone, watches, closes, checks the receipt, exports', async () => {
  const page = await signInByToken(room);
  await expectAccessible(page, 'sign-in to manage');
  await page.getByRole('link', { name: 'New election' }).click();
  await heading(page, 'New election');
  await press(page, 'Save the draft');
  await page.getByTestId('faults').getByText('Contest 1, option 2').waitFor();
  expect(await page.getByTestId('faults').evaluate(list => list === document.activeElement)).toBe(true);
  await expectAccessible(page, 'faults of a draft');
  await page.getByTestId('faults').getByRole('button', { name: 'Title of the election' }).click();
  await page.keyboard.type('Village election');
  await page.getByLabel('Question or office').fill('Mayor');
  await page.getByLabel('Option 1', { exact: true }).fill('Ann');
  await page.getByLabel('Option 2', { exact: true }).fill('Bob');
  await saveDraft(page, 'Village election');
  await nextIs(page, 'A draft');
  await confirm(page, 'Open now', 'Open it now');
  await nextIs(page, 'Votes are taken');
  await expectAccessible(page, 'an open election');

  const phone = await room.newContext({ viewport: { width: 390, height: 844 } });
  const voter = await room.open('/elections/village-election/vote', phone);
  await chooseAndReview(voter, 'Bob');
  await press(voter, 'Cast your vote');
  const voteId = await counted(voter);
  const saving = voter.waitForEvent('download');
  await press(voter, 'Save the receipt');
  const receipt = await readFile(await (await saving).path(), 'utf8');

  const watcher = await room.open('/elections/village-election');
  await watcher.getByText('1 vote', { exact: false }).first().waitFor();
  await confirm(page, 'Stop', 'Stop the election', 'everybody has voted');
  await nextIs(page, 'Voting has ended');
  await nextIs(page, 'The results are official');
  await page.getByTestId('statement-results').getByText('signature verified').waitFor();
  await page.getByRole('row', { name: 'Bob 1' }).waitFor();
  await confirm(page, 'Seal', 'Seal it');
  await nextIs(page, 'Sealed');
  await page.getByTestId('statement-seal').getByText('signature verified').waitFor({ timeout: 30_000 });
  await page.getByRole('cell', { name: 'everybody has voted' }).waitFor();
  await press(page, 'Erase voters’ data');
  await page.getByLabel('Type village-election to go on').fill('village-election');
  await expectAccessible(page, 'the dialog of erasing');
  await press(page, 'Erase it');
  await page.getByTestId('refused-retention-not-over').getByText('Nothing was destroyed').waitFor();
  await press(page, 'Cancel');
  await expectAccessible(page, 'a sealed election');

  const exporting = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Signed document (JSON)' }).click();
  const written = await readFile(await (await exporting).path(), 'utf8');
  const results = officialSchemas.results.parse(JSON.parse(written));
  const { json } = await room.api.call('GET', '/village-election');
  const { resultsKeys = [] } = electionDefinition.parse(json.definition);
  expect(await checkStatement(results, resultsKeys)).toBe('valid');
  expect(results.contests?.[0]?.options).toEqual([
    { id: 'ann', votes: 0 },
    { id: 'bob', votes: 1 },
  ]);

  const checker = await room.open('/check');
  await checker.getByLabel('Receipt', { exact: true }).fill(receipt);
  await press(checker, 'Check');
  await checker.getByTestId('verdict').filter({ hasText: 'The receipt is genuine' }).waitFor();
  expect(JSON.parse(receipt)).toMatchObject({ voteId });
  expect(complaints()).toEqual([]);
}, 240_000);

test('who signs in at the provider comes back to where it was asked for, and no token leaves the tab', async () => {
  const page = await signInAs(room, 'ann', '/manage/audit');
  await heading(page, 'Audit report');
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe('/manage/audit');
  await page.getByText('ann · acme').waitFor();
  const kept = await page.evaluate(() => [Object.keys(localStorage), Object.keys(sessionStorage)]);
  expect(kept).toEqual([[], ['suffrage:manager']]);
  const token = await page.evaluate(
    () => /"token":"([^"]+)"/.exec(sessionStorage.getItem('suffrage:manager') ?? '')?.[1] ?? '',
  );
  expect(token).not.toBe('');
  const bearing = room.requests.filter(request => request.headers().authorization === `Bearer ${token}`);
  expect(bearing.length).toBeGreaterThan(0);
  expect(bearing.filter(request => !new URL(request.url()).pathname.startsWith('/api/registrar/'))).toEqual(
    [],
  );
  expect(room.requests.filter(request => request.url().includes(token))).toEqual([]);
  await press(page, 'Sign out');
  await heading(page, 'Sign in to manage');
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  expect(complaints()).toEqual([]);
});

test('an answer of the provider that this tab has not asked for is not taken', async () => {
  const page = await room.open('/signed-in?code=stolen&state=guessed');
  await heading(page, 'You could not be signed in');
  expect(page.url()).toMatch(/\/signed-in$/);
  expect(room.requests.filter(request => request.url().includes('/token'))).toEqual([]);
});

test('observers and auditors see what they may see, and no button that would be refused', async () => {
  const page = await signInAs(room, 'ann');
  await writeDraft(page, 'Roles');
  await saveDraft(page, 'Roles');
  await confirm(page, 'Open now', 'Open it now');
  const buttons = (shown: Page) =>
    shown.getByRole('main').getByRole('button').or(shown.getByRole('main').getByRole('link')).allInnerTexts();
  const observer = await signInAs(room, 'olga', '/manage/elections/roles');
  await observer.getByText('Rights to vote given').waitFor();
  // Documents that have been stated by now can be saved.
  expect((await buttons(observer)).filter(name => name !== 'Save').toSorted()).toEqual(
    [OWN, 'As everybody sees it', 'Audit report', 'Save as a file', 'See the results', 'Sign out'].toSorted(),
  );
  const auditor = await signInAs(room, 'abe', '/manage/elections/roles');
  await auditor.getByRole('cell', { name: 'opened by hand' }).waitFor();
  expect(await auditor.getByRole('button', { name: 'Stop' }).count()).toBe(0);
  await observer.getByRole('link', { name: OWN }).click();
  await observer.getByRole('link', { name: 'Roles' }).waitFor();
  expect(await observer.getByRole('link', { name: 'New election' }).count()).toBe(0);
  const stranger = await signInByToken(room);
  await heading(stranger, OWN);
  await stranger
    .getByText('Village election')
    .or(stranger.getByText('There is no election yet.'))
    .first()
    .waitFor();
  expect(await stranger.getByRole('link', { name: 'Roles', exact: true }).count()).toBe(0);
  expect(complaints()).toEqual([]);
});

test('a roll with bad rows is refused row by row; a good one is taken, and its codes come as a file', async () => {
  const page = await signInByToken(room);
  await writeDraft(page, 'Rolled');
  await page.getByLabel('Voters on a roll').check();
  await saveDraft(page, 'Rolled');
  await press(page, 'Open now');
  await page.getByRole('alertdialog').getByText('Nobody is on the roll').waitFor();
  await page.keyboard.press('Escape');
  const upload = (csv: string) =>
    page.getByLabel('Upload the roll (CSV)').setInputFiles({
      name: 'roll.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(csv),
    });
  await upload('voter\nada\nada\n');
  await page.getByTestId('refused-roll-rows-invalid').getByText('upload the file again').waitFor();
  await page.getByRole('row', { name: '3 repeats the voter of line 2' }).waitFor();
  await page.getByText('Display and language').click();
  await page.getByLabel('Language').selectOption('de');
  await page.getByRole('row', { name: '3 wiederholt „voter“ der Zeile 2' }).waitFor();
  await page.getByLabel('Sprache').selectOption('en');
  await expectAccessible(page, 'bad rows');
  await upload('voter\nada\nbob\n');
  await page.getByTestId('roll-state').filter({ hasText: '2 on it; 2 added' }).waitFor();
  const making = page.waitForEvent('download');
  await press(page, 'Make and save missing codes');
  const codesIn = async (file: typeof making) =>
    (await readFile(await (await file).path(), 'utf8')).trim().split('\r\n');
  const [header, ...codes] = await codesIn(making);
  expect([header, codes.length]).toEqual(['voter,code', 2]);
  const replacing = page.waitForEvent('download');
  await confirm(page, 'Replace all codes', 'Replace them');
  const [, ...others] = await codesIn(replacing);
  expect(others).toHaveLength(2);
  expect(others.filter(code => codes.includes(code))).toEqual([]);
  await confirm(page, 'Schedule', 'Schedule it');
  await nextIs(page, 'It opens and closes by itself');
  await upload('voter\nada\n');
  await page.getByTestId('refused-roll-removal').getByText('still has all of them').waitFor();
  await confirm(page, 'Annul', 'Annul the election', 'the wrong roll');
  await page.getByText('This election is annulled: the wrong roll').waitFor();
  expect(complaints()).toEqual([]);
});

test('the closing moves later, and earlier for a reason that is kept', async () => {
  await room.api.create('moved');
  await room.api.open('moved');
  const page = await signInByToken(room, '/manage/elections/moved');
  const closesAt = async () => {
    const { json } = await room.api.call('GET', '/moved');
    return Date.parse(electionDefinition.parse(json.definition).closesAt);
  };
  const before = await closesAt();
  const moveBy = async (millis: number) => {
    await press(page, 'Move the closing');
    const field = page.getByLabel('New closing');
    await page.getByText('This is the closing as it is.').waitFor();
    const local = await field.inputValue();
    await field.fill(new Date(Date.parse(`${local}Z`) + millis).toISOString().slice(0, local.length));
  };
  const dialog = page.getByRole('alertdialog');
  await moveBy(HOUR_MILLIS);
  await dialog.getByText('Later: ').waitFor();
  expect(await dialog.getByLabel('Reason').count()).toBe(0);
  await expectEveryLook(page, 'manage-move-later');
  await press(page, 'Move it');
  await page.getByRole('cell', { name: 'extended' }).waitFor();
  const later = await closesAt();
  expect(later - before).toBeGreaterThan(HOUR_MILLIS - MINUTE_MILLIS);
  await moveBy(-HOUR_MILLIS);
  await dialog.getByText('Who has not voted by then').waitFor();
  await expectEveryLook(page, 'manage-move-earlier');
  await press(page, 'Move it');
  expect(await dialog.getByLabel('Reason').evaluate(field => field.matches(':invalid'))).toBe(true);
  await dialog.getByLabel('Reason').fill('the hall closes earlier');
  await press(page, 'Move it');
  await page.getByRole('cell', { name: 'the hall closes earlier' }).waitFor();
  expect(later - (await closesAt())).toBe(HOUR_MILLIS);
  expect(complaints()).toEqual([]);
});

test('a short name that is taken is refused at its field; the draft is edited, duplicated, exported, imported and deleted', async () => {
  const page = await signInByToken(room);
  await writeDraft(page, 'Twice');
  await saveDraft(page, 'Twice');
  await writeDraft(page, 'Twice');
  await press(page, 'Save the draft');
  await page.getByTestId('refused-election-exists').getByText('Choose another name').waitFor();
  await page.getByText('The registrar refused this (election-exists).').waitFor();
  await page.goto(new URL('/manage/elections/twice', page.url()).href);
  const exporting = page.waitForEvent('download');
  await press(page, 'Save as a file');
  const file = await (await exporting).path();
  await page.getByRole('link', { name: 'Edit the draft' }).click();
  await page.getByLabel('Title of the election').fill('Thrice');
  await page.reload();
  await saveDraft(page, 'Thrice');
  await press(page, 'Duplicate');
  await page.getByRole('alertdialog').getByLabel('Short name in addresses').fill('copied');
  await expectAccessible(page, 'the dialog of Duplicate');
  await page.getByRole('button', { name: 'Make the copy' }).click();
  await page.getByText('copied', { exact: true }).waitFor();
  await confirm(page, 'Delete', 'Delete the draft');
  await heading(page, OWN);
  expect(await page.getByRole('link', { name: 'Thrice' }).count()).toBe(1);
  await page.getByRole('link', { name: 'New election' }).click();
  await page.getByText('Begin with a file').click();
  await page.getByLabel('Election as JSON').setInputFiles(file);
  await page.getByText('The file was read.').waitFor();
  expect(await page.getByLabel('Title of the election').inputValue()).toBe('Twice');
  expect(complaints()).toEqual([]);
});

test('a draft that somebody else has saved meanwhile is not replaced unseen', async () => {
  const ann = await signInByToken(room);
  await writeDraft(ann, 'Shared');
  await saveDraft(ann, 'Shared');
  await ann.getByRole('link', { name: 'Edit the draft' }).click();
  const bob = await signInByToken(room, '/manage/elections/shared/edit');
  const title = (page: Page) => page.getByLabel('Title of the election');
  await title(ann).fill('By Ann');
  await title(bob).fill('By Bob');
  await saveDraft(ann, 'By Ann');
  await press(bob, 'Save the draft');
  await bob.getByTestId('refused-election-changed').getByText('Somebody else has saved').waitFor();
  await expectAccessible(bob, 'a draft that has changed');
  expect((await room.api.call('GET', '/shared')).json.definition).toMatchObject({ title: { en: 'By Ann' } });
  // Of what he has not been told he replaces nothing either, also after a reload.
  await ann.getByRole('link', { name: 'Edit the draft' }).click();
  await title(ann).fill('By Ann again');
  await saveDraft(ann, 'By Ann again');
  await bob.reload();
  expect(await title(bob).inputValue()).toBe('By Bob');
  await press(bob, 'Save the draft');
  await bob.getByTestId('refused-election-changed').waitFor();
  await ann.getByRole('link', { name: 'Edit the draft' }).click();
  await title(ann).fill('By Ann at last');
  await saveDraft(ann, 'By Ann at last');
  await press(bob, 'Replace theirs with this');
  await bob.getByTestId('refused-election-changed').waitFor();
  expect((await room.api.call('GET', '/shared')).json.definition).toMatchObject({
    title: { en: 'By Ann at last' },
  });
  // Pressed again without a look at what is said, saving replaces nothing.
  await press(bob, 'Save the draft');
  await bob.getByTestId('refused-election-changed').waitFor();
  await press(bob, 'Replace theirs with this');
  await heading(bob, 'By Bob');
  expect(complaints()).toEqual([]);
});

test('when the sign-in ends while somebody writes, what was written is there after the next one', async () => {
  const page = await signInByToken(room);
  await writeDraft(page, 'Kept');
  await page.evaluate(() => sessionStorage.setItem('suffrage:manager', '{"id":"one","token":"expired"}'));
  await page.reload();
  await page.getByRole('alert').getByText('does not know this sign-in').waitFor();
  await signInByToken(room, '', page);
  await heading(page, 'New election');
  expect(await page.getByLabel('Title of the election').inputValue()).toBe('Kept');
});

test('who signs in after another in the same tab sees nothing of what that one was told', async () => {
  const page = await signInAs(room, 'ann');
  await page.getByText('ann · acme').waitFor();
  await writeDraft(page, 'Of acme alone');
  await saveDraft(page, 'Of acme alone');
  const refusal = { status: 401, json: { code: 'unauthorized', title: 'refused' } };
  await page.route('**/v1/elections**', route => route.fulfill(refusal));
  await page.getByRole('alert').getByText('does not know this sign-in').waitFor();
  await page.unroute('**/v1/elections**');
  await signInByToken(room, '', page);
  await page.getByText('alice · local').waitFor();
  await page.getByRole('link', { name: OWN }).click();
  await heading(page, OWN);
  expect(await page.getByText('Of acme alone').count()).toBe(0);
});

test('a manager needs no mouse', async () => {
  const page = await signInByToken(room, '/manage/new');
  const tabTo = async (name: string) => {
    for (let presses = 0; presses < 60; presses += 1) {
      const reached = await page.evaluate(wanted => {
        const { activeElement: it } = document;
        const labels =
          it instanceof HTMLInputElement ? [...(it.labels ?? [])].map(label => label.innerText) : [];
        return [...labels, it instanceof HTMLElement ? it.innerText : ''].some(
          text => text.trim() === wanted,
        );
      }, name);
      if (reached) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`no way to ${name} by Tab`);
  };
  for (const [name, text] of [
    ['Title of the election', 'By keys'],
    ['Question or office', 'Mayor'],
    ['Option 1', 'Ann'],
    ['Option 2', 'Bob'],
  ] as const) {
    await tabTo(name);
    await page.keyboard.type(text);
  }
  await page.keyboard.press('Enter');
  await heading(page, 'By keys');
  await tabTo('Open now');
  await page.keyboard.press('Enter');
  await page.getByRole('alertdialog').waitFor();
  await tabTo('Open it now');
  await page.keyboard.press('Enter');
  await nextIs(page, 'Votes are taken');
});

test('texts that look like markup are shown as they are, wherever a manager can write some', async () => {
  const evil = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
  const page = await signInByToken(room);
  await writeDraft(page, evil);
  await page.getByLabel('Short name in addresses').fill('evil');
  for (const label of ['Question or office', 'Option 1', 'Option 2'])
    await page.getByLabel(label, { exact: true }).fill(evil);
  await page.getByText('More about option 1').click();
  await page.getByRole('textbox', { name: 'Description' }).fill(evil);
  await saveDraft(page, evil);
  await confirm(page, 'Open now', 'Open it now');
  await nextIs(page, 'Votes are taken');
  await confirm(page, 'Annul', 'Annul the election', evil);
  await page.getByText(`This election is annulled: ${evil}`).waitFor();
  await page.getByText('Ballot and rules').click();
  const voter = await room.open('/elections/evil/vote');
  await voter.getByRole('radio', { name: evil }).first().waitFor();
  for (const shown of [page, voter]) {
    expect(await shown.locator('main img, main script').count()).toBe(0);
    expect(await shown.title()).not.toMatch(/^[12]$/);
  }
  expect(complaints()).toEqual([]);
});

test('whatever is typed into a field or comes with a file stays text', async () => {
  const evil = '<img src=x onerror="window.broken=1"><script>window.broken=1</script>';
  const file = (name: string, text: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
  const typeEverywhere = async (shown: Page) => {
    const fields = shown.locator('input:not([type]), input[type=text], input[type=search], textarea');
    for (const field of await fields.all())
      if ((await field.isVisible()) && (await field.isEditable())) await field.fill(evil);
  };
  const expectWhole = async (shown: Page) => {
    expect(await shown.locator('main img, main script, [role=alertdialog] img').count()).toBe(0);
    expect(await shown.evaluate(() => Reflect.has(window, 'broken'))).toBe(false);
  };
  await room.api.create('typed');
  await room.api.putRoll('typed', `voter\n"${evil.replaceAll('"', '""')}"\n`);
  const page = await room.open('/manage');
  await page.getByText('With a manager’s token').click();
  await page.getByLabel('Token', { exact: true }).fill(evil);
  await press(page, 'Sign in to manage');
  await page.getByRole('alert').waitFor();
  await expectWhole(page);
  await signInByToken(room, '/manage', page);
  const at = (path: string) => page.goto(new URL(path, page.url()).href);
  await typeEverywhere(page);
  await expectWhole(page);
  await at('/manage/new');
  await page.getByText('Begin with a file').click();
  await page
    .getByLabel('Election as JSON')
    .setInputFiles(file('e.json', JSON.stringify({ id: evil, title: { en: evil }, contests: evil })));
  await page.getByText('Nothing was taken from the file:').waitFor();
  await expectAccessible(page, 'a file that is refused');
  await typeEverywhere(page);
  await press(page, 'Save the draft');
  await page.getByTestId('faults').waitFor();
  await expectWhole(page);
  await at('/manage/audit');
  for (const text of [evil, JSON.stringify({ topic: evil, findings: { first: [{ message: evil }] } })]) {
    await page.getByLabel('Report').setInputFiles(file('audit.json', text));
    await page.getByRole('alert').waitFor();
    await expectWhole(page);
  }
  await expectAccessible(page, 'a report that is none');
  await at('/manage/elections/typed');
  await press(page, 'Another code for one voter');
  await typeEverywhere(page);
  await press(page, 'Make another code');
  await page.getByTestId('given-code').waitFor();
  await page.getByRole('alertdialog').getByText(evil).waitFor();
  await expectWhole(page);
  await press(page, 'Done');
  await press(page, 'Duplicate');
  await typeEverywhere(page);
  await press(page, 'Make the copy');
  await expectWhole(page);
  await press(page, 'Cancel');
  await confirm(page, 'Open now', 'Open it now');
  await nextIs(page, 'Votes are taken');
  await confirm(page, 'Stop', 'Stop the election', evil);
  await page.getByRole('cell', { name: evil }).waitFor();
  await expectWhole(page);
  const voter = await room.open('/elections/typed/vote');
  await voter.getByRole('radio').first().check();
  await press(voter, 'Continue');
  await typeEverywhere(voter);
  await press(voter, 'Review your vote');
  await expectWhole(voter);
  await voter.goto(new URL('/statement', voter.url()).href);
  await typeEverywhere(voter);
  await press(voter, 'Check');
  await voter.getByText('This is not a receipt.').waitFor();
  await expectWhole(voter);
  expect(complaints()).toEqual([]);
});

test('a report of the audit is shown with its findings, and what is none is called so', async () => {
  const counts = { records: 3, counted: 2, superseded: 0, olderRevision: 0, duplicate: 0, rejected: 0 };
  const rest = { quarantined: 0, missing: 1, notYetProcessed: 0, extra: 0, different: 0 };
  const message = 'the record has no row';
  const report = {
    topic: 'votes',
    startedAt: '2027-01-01T00:00:00.000Z',
    seconds: 1.5,
    balances: false,
    totals: { ...counts, ...rest },
    signatures: true,
    votes: { village: 2 },
    partitions: [{ partition: 0, ...counts, ...rest }],
    findings: {
      total: 1,
      byKind: { 'missing-row': 1 },
      first: [
        { kind: 'missing-row', invariant: 'INV-2', message, partition: 0, offset: 7, electionId: 'village' },
      ],
    },
  };
  const page = await signInByToken(room, '/manage/audit');
  const show = (text: string) =>
    page.getByLabel('Report').setInputFiles({
      name: 'audit.json',
      mimeType: 'application/json',
      buffer: Buffer.from(text),
    });
  await show(JSON.stringify(report));
  await page.getByTestId('audit-verdict').filter({ hasText: '1 finding' }).waitFor();
  await page.getByRole('row', { name: `missing-row (INV-2) ${message} village 0/7` }).waitFor();
  await page.getByRole('row', { name: 'All 3 2 1' }).waitFor();
  await expectAccessible(page, 'audit report');
  await show('{}');
  await page.getByRole('alert').getByText('is no report of the audit').waitFor();
  expect(complaints()).toEqual([]);
});

test('voters sign in first where the election asks for it; who is not on the roll is told what to do', async () => {
  await room.api.create('signed', { voterProof: 'sign-in' });
  await room.api.putRoll('signed', 'voter,subject\nVera,vera\n');
  await room.api.open('signed');
  const voteAs = async (subject: string) => {
    const page = await room.open('/elections/signed/vote');
    await heading(page, 'Sign in to vote');
    await expectAccessible(page, 'sign-in to vote');
    await page.getByRole('button', { name: /^Sign in at/ }).click();
    await page.getByRole('link', { name: subject, exact: true }).click();
    await heading(page, 'Your ballot');
    expect(page.url()).toMatch(/\/elections\/signed\/vote$/);
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    await chooseAndReview(page, 'a');
    await press(page, 'Cast your vote');
    return page;
  };
  await counted(await voteAs('vera'));
  const stranger = await voteAs('victor');
  await stranger.getByTestId('problem-not-eligible').getByText('Ask those who hold the election.').waitFor();
  expect(complaints()).toEqual([]);
});

test.each([
  ['en', {}],
  ['ar', { 'suffrage:large-text': 'yes' }],
  ['de', { 'suffrage:high-contrast': 'yes' }],
] as const)(
  'in %s, light and dark, nothing of a manager’s views is cut off or hard to reach',
  async (language, preferences) => {
    const id = `seen-${language}`;
    await room.api.create(id, { title: { en: 'Council of the village', ar: 'مجلس القرية' } });
    await room.api.putRoll(id, 'voter\nada\n');
    await room.api.open(id);
    const context = await room.newContext();
    const kept = { ...preferences, 'suffrage:language': language };
    await context.addInitScript(entries => {
      for (const [name, value] of Object.entries(entries)) localStorage.setItem(name, value);
    }, kept);
    const page = await room.open('/manage', context);
    // Colours are the same in all languages.
    const backgrounds = language === 'en' ? undefined : (['--page'] as const);
    const look = (view: string) => expectEveryLook(page, `manage-${view}-${language}`, backgrounds);
    await page.locator('details').click();
    await look('sign-in');
    await page.locator('#token').fill('manager-token');
    await page.locator('main button[type=submit]').click();
    await page.locator('.elections').waitFor();
    await look('elections');
    await page.goto(new URL('/manage/new', page.url()).href);
    await page.locator('main button[type=submit]').click();
    await page.getByTestId('faults').waitFor();
    await look('new');
    await page.goto(new URL(`/manage/elections/${id}`, page.url()).href);
    await page.getByTestId('next').waitFor();
    await look('election');
    await page.locator('main .button.grave').first().click();
    await page.getByRole('alertdialog').waitFor();
    await look('dialog');
    await page.keyboard.press('Escape');
    await page.getByTestId('code-again').click();
    await page.locator('#code-voter').fill('ada');
    await look('code-again');
    await page.getByRole('alertdialog').locator('button[type=submit]').click();
    await page.getByTestId('given-code').waitFor();
    await look('code-given');
    const draft = `draft-${id}`;
    await room.api.create(draft);
    await page.goto(new URL(`/manage/elections/${draft}`, page.url()).href);
    await page.locator('#roll').waitFor();
    // The registrar's answer does not come as long as this view is looked at.
    await page.route('**/roll', route => (route.request().method() === 'PUT' ? undefined : route.continue()));
    await page
      .locator('#roll')
      .setInputFiles({ name: 'roll.csv', mimeType: 'text/csv', buffer: Buffer.from('voter\nada\n') });
    await look('roll-sending');
  },
  400_000,
);
