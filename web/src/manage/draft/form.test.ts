import { expect, test } from '@jest/globals';
import { electionDraft } from '@suffrage/contracts/election';
import '../../../test/speak-managing.ts';
import { type DraftForm, formOf, newForm, readForm } from './form.ts';
import { importDraft } from './import-draft.ts';
import { sayFault } from './say-fault.ts';

const NOW = Date.parse('2027-03-01T10:20:00Z');

/** A form that can be saved, with `change`. */
function formWith(change: Partial<DraftForm> = {}): DraftForm {
  const form = newForm('de', 'Europe/Vienna', NOW);
  const [contest] = form.contests;
  if (!contest) throw new Error('a new form has a contest');
  const options = contest.options.map((option, place) => ({
    ...option,
    title: { de: ['Grün', 'Blau'][place] ?? '' },
  }));
  return {
    ...form,
    title: { de: 'Gemeinderätin' },
    contests: [{ ...contest, title: { de: 'Farbe' }, options }],
    ...change,
  };
}

function faultsOf(change: Partial<DraftForm>): string[] {
  const read = readForm(formWith(change));
  return read.ok ? [] : [...read.faults].map(([place, fault]) => `${place}: ${sayFault(fault)}`);
}

test('a new election opens at the next full hour of its place, and its short names come from its titles', () => {
  const read = readForm(formWith());
  expect(read).toMatchObject({
    ok: true,
    draft: {
      id: 'gemeinderatin',
      opensAt: '2027-03-01T11:00:00.000Z',
      closesAt: '2027-03-02T11:00:00.000Z',
      contests: [{ id: 'farbe', options: [{ id: 'grun' }, { id: 'blau' }] }],
    },
  });
});

test('what is saved and read again is the same election', () => {
  const read = readForm(formWith());
  if (!read.ok) throw new Error('it can be saved');
  expect(readForm(formOf(read.draft))).toEqual(read);
});

test('an imported draft keeps what the form does not show, and wall times are those of its place', () => {
  const imported = importDraft(
    JSON.stringify({
      id: 'village',
      title: { en: 'Village', 'de-AT': 'Dorf' },
      contests: [
        {
          id: 'mayor',
          title: { en: 'Mayor' },
          minSelections: 0,
          maxSelections: 1,
          options: [{ id: 'ann', title: { en: 'Ann' }, description: { en: 'Bridge' }, exclusive: true }],
        },
      ],
      mode: 'secret',
      eligibility: 'roll',
      revote: 'none',
      opensAt: '2027-05-06T07:00',
      closesAt: '2027-05-06T20:00',
      timeZone: 'Europe/Vienna',
      resultsPolicy: 'after-close',
    }),
  );
  if (!imported.ok) throw new Error('it can be read');
  expect(imported.draft.opensAt).toBe('2027-05-06T05:00:00.000Z');
  const saved = readForm(formOf(imported.draft));
  // Where voters are on a roll, a code is what the contracts mean when nothing is said.
  expect(saved).toEqual({ ok: true, draft: { ...imported.draft, voterProof: 'code' } });
});

test.each(['', '{', '[]', '{"id":1}'])('%j is no election, and why is said', text => {
  const imported = importDraft(text);
  expect(imported.ok).toBe(false);
  expect(imported.ok ? 0 : imported.faults.size).toBeGreaterThan(0);
});

test('each fault is told at its field, in words', () => {
  const [contest] = formWith().contests;
  if (!contest) throw new Error('a form has a contest');
  const [option] = contest.options;
  if (!option) throw new Error('a contest has options');
  expect(faultsOf({ title: { de: ' ' } })).toEqual([
    'id: 1 to 63 lower-case letters, digits or hyphens.',
    'title: Write something here, in one language at least.',
  ]);
  expect(faultsOf({ contests: [{ ...contest, min: '2' }] })).toEqual([
    'contests.0.minSelections: The fewest marks are more than the most.',
  ]);
  expect(faultsOf({ contests: [{ ...contest, max: '3' }] })).toContain(
    'contests.0.maxSelections: There are not so many options.',
  );
  expect(faultsOf({ contests: [{ ...contest, max: 'x' }] })).toEqual([
    'contests.0.maxSelections: Write a whole number.',
  ]);
  expect(
    faultsOf({ contests: [{ ...contest, options: [{ ...option, picture: 'http://a.example/b.jpg' }] }] }),
  ).toEqual(['contests.0.options.0.picture: Write an address that begins with https://.']);
  expect(faultsOf({ closes: { local: '2027-03-01T11:00', which: 0 } })).toEqual([
    'closesAt: The closing has to be after the opening.',
  ]);
  expect(faultsOf({ timeZone: 'Europe/Nowhere' })).toEqual(['timeZone: Choose one of the list.']);
  expect(faultsOf({ privacyThreshold: '0' })).toEqual(['privacyThreshold: This is too little.']);
});

test('a time that clocks skip is refused, and of one that they show twice the chosen one is taken', () => {
  expect(faultsOf({ closes: { local: '2027-03-28T02:30', which: 0 } })).toEqual([
    'closesAt: Clocks go forward then and skip this time. Choose another.',
  ]);
  const closing = (which: 0 | 1) => readForm(formWith({ closes: { local: '2027-10-31T02:30', which } }));
  expect(closing(0)).toMatchObject({ draft: { closesAt: '2027-10-31T00:30:00.000Z' } });
  const later = closing(1);
  expect(later).toMatchObject({ draft: { closesAt: '2027-10-31T01:30:00.000Z' } });
  if (later.ok) expect(formOf(later.draft).closes).toEqual({ local: '2027-10-31T02:30', which: 1 });
});

test('options with the same title, or with none in Latin letters, have short names of their own', () => {
  const form = formWith();
  const [contest] = form.contests;
  const [option] = contest?.options ?? [];
  if (!contest || !option) throw new Error('a form has a contest with options');
  const options = ['Ann', 'Ann', 'ن'].map(name => ({ ...option, title: { de: name } }));
  const read = readForm({ ...form, contests: [{ ...contest, options }] });
  const draft = electionDraft.parse(read.ok ? read.draft : undefined);
  expect(draft.contests[0]?.options.map(({ id }) => id)).toEqual(['ann', 'ann-2', 'option-3']);
});
