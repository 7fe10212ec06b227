import { type ElectionDraft, electionDraft } from '@suffrage/contracts/election';
import { instantsAt, localTimeOf } from '@suffrage/contracts/local-time';
import { z } from 'zod';
import { localInputOf } from '../local-input.ts';
import { idsOf, slugOf } from './slug.ts';

/*
 * An election as it is being written: everything as typed, so that what is not right yet can be kept and shown. Strict
 * reading is the contracts' business.
 */

/** By language. An empty text is none. */
const texts = z.record(z.string(), z.string());
export type FormTexts = z.infer<typeof texts>;

const option = z.object({
  /** Of this form only: React's key. */
  key: z.string(),
  /** Given when it was saved first; from the title until then. */
  id: z.string().optional(),
  title: texts,
  description: texts,
  picture: z.string(),
  exclusive: z.boolean(),
});
export type FormOption = z.infer<typeof option>;

const contest = z.object({
  key: z.string(),
  id: z.string().optional(),
  title: texts,
  min: z.string(),
  max: z.string(),
  options: z.array(option),
});
export type FormContest = z.infer<typeof contest>;

/** A wall time, and which of two instants it is where clocks show it twice. */
const time = z.object({ local: z.string(), which: z.union([z.literal(0), z.literal(1)]) });
export type FormTime = z.infer<typeof time>;

export const draftFormSchema = z.object({
  /** `null`: as the title says. */
  id: z.string().nullable(),
  languages: z.array(z.string()).min(1),
  title: texts,
  contests: z.array(contest),
  mode: z.enum(['secret', 'pseudonymous']),
  eligibility: z.enum(['open', 'roll']),
  voterProof: z.enum(['none', 'code', 'sign-in', 'session']),
  revote: z.enum(['none', 'last']),
  opens: time,
  closes: time,
  timeZone: z.string(),
  resultsPolicy: z.enum(['live', 'after-close']),
  privacyThreshold: z.string(),
});
export type DraftForm = z.infer<typeof draftFormSchema>;

/** By place in the draft, such as `contests.0.title`: what is wrong there, in the contracts' words. */
export type Faults = ReadonlyMap<string, string>;
export type Read =
  | { readonly ok: true; readonly draft: ElectionDraft }
  | { readonly ok: false; readonly faults: Faults };

const newKey = (): string => crypto.randomUUID();

export function newOption(): FormOption {
  return { key: newKey(), title: {}, description: {}, picture: '', exclusive: false };
}

export function newContest(): FormContest {
  return { key: newKey(), title: {}, min: '1', max: '1', options: [newOption(), newOption()] };
}

/** An election of the next full hour, for a day, that asks voters for nothing yet. */
export function newForm(language: string, timeZone: string, now: number): DraftForm {
  const local = (millis: number) => localTimeOf(new Date(millis).toISOString(), timeZone).slice(0, 16);
  const hour = 3_600_000;
  const next = Math.ceil(now / hour) * hour;
  return {
    id: null,
    languages: [language],
    title: {},
    contests: [newContest()],
    mode: 'secret',
    eligibility: 'open',
    voterProof: 'session',
    revote: 'none',
    opens: { local: local(next), which: 0 },
    closes: { local: local(next + 24 * hour), which: 0 },
    timeZone,
    resultsPolicy: 'live',
    privacyThreshold: '',
  };
}

export function formOf(draft: ElectionDraft): DraftForm {
  const written = [
    draft.title,
    ...draft.contests.flatMap(one => [one.title, ...one.options.map(two => two.title)]),
  ];
  return {
    ...draft,
    languages: [...new Set(written.flatMap(one => Object.keys(one)))],
    contests: draft.contests.map(({ id, title, minSelections, maxSelections, options }) => ({
      key: newKey(),
      id,
      title,
      min: String(minSelections),
      max: String(maxSelections),
      options: options.map(one => ({
        key: newKey(),
        id: one.id,
        title: one.title,
        description: one.description ?? {},
        picture: one.picture ?? '',
        exclusive: one.exclusive ?? false,
      })),
    })),
    voterProof: draft.voterProof ?? (draft.eligibility === 'roll' ? 'code' : 'none'),
    opens: timeOf(draft.opensAt, draft.timeZone),
    closes: timeOf(draft.closesAt, draft.timeZone),
    privacyThreshold: draft.privacyThreshold === undefined ? '' : String(draft.privacyThreshold),
  };
}

function timeOf(instant: string, timeZone: string): FormTime {
  const local = localInputOf(instant, timeZone);
  const later = instantsAt(local, timeZone)[1];
  return { local, which: later !== undefined && Date.parse(later) === Date.parse(instant) ? 1 : 0 };
}

/** What would be saved. */
export function readForm(form: DraftForm): Read {
  const faults = new Map<string, string>();
  const opensAt = readTime(form.opens, form.timeZone, 'opensAt', faults);
  const closesAt = readTime(form.closes, form.timeZone, 'closesAt', faults);
  const contestIds = idsOf(form.contests, 'contest', form.languages);
  const read = electionDraft.safeParse({
    id: form.id ?? slugOf(form.title, form.languages),
    title: filled(form.title, form.languages),
    contests: form.contests.map((one, place) => ({
      id: contestIds[place],
      title: filled(one.title, form.languages),
      minSelections: numberIn(one.min),
      maxSelections: numberIn(one.max),
      options: readOptions(one.options, form.languages),
    })),
    mode: form.mode,
    eligibility: form.eligibility,
    ...(form.voterProof === 'none' ? {} : { voterProof: form.voterProof }),
    revote: form.revote,
    opensAt: opensAt ?? '2000-01-01T00:00:00Z',
    closesAt: closesAt ?? '9999-01-01T00:00:00Z',
    timeZone: form.timeZone,
    resultsPolicy: form.resultsPolicy,
    ...(form.privacyThreshold.trim() === '' ? {} : { privacyThreshold: numberIn(form.privacyThreshold) }),
  });
  if (read.success && faults.size === 0) return { ok: true, draft: read.data };
  for (const issue of read.error?.issues ?? []) {
    const place = issue.path.join('.');
    if (!faults.has(place))
      faults.set(place, issue.code === 'custom' ? issue.message : `${issue.code}: ${issue.message}`);
  }
  return { ok: false, faults };
}

function readOptions(options: readonly FormOption[], languages: readonly string[]) {
  const ids = idsOf(options, 'option', languages);
  return options.map(({ title, description, picture, exclusive }, place) => {
    const described = filled(description, languages);
    return {
      id: ids[place],
      title: filled(title, languages),
      ...(Object.keys(described).length === 0 ? {} : { description: described }),
      ...(picture.trim() === '' ? {} : { picture: picture.trim() }),
      ...(exclusive ? { exclusive } : {}),
    };
  });
}

export const TIME_MISSING = 'needs a date and a time';
export const TIME_SKIPPED = 'clocks skip this time';

function readTime(
  { local, which }: FormTime,
  timeZone: string,
  place: string,
  faults: Map<string, string>,
): string | undefined {
  const instants = instantsOf(local, timeZone);
  const instant = instants[which] ?? instants[0];
  if (instant === undefined && isZone(timeZone))
    faults.set(place, local === '' ? TIME_MISSING : TIME_SKIPPED);
  return instant;
}

/** A zone that is none makes no time wrong besides. */
function isZone(timeZone: string): boolean {
  return instantsOf('2000-01-01T12:00', timeZone).length > 0;
}

/** None for what is no time, or no zone. */
export function instantsOf(local: string, timeZone: string): readonly string[] {
  try {
    return instantsAt(local, timeZone);
  } catch {
    return [];
  }
}

function filled(written: FormTexts, languages: readonly string[]): FormTexts {
  const kept = languages.map(language => [language, written[language]?.trim() ?? ''] as const);
  return Object.fromEntries(kept.filter(([, text]) => text !== ''));
}

function numberIn(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}
