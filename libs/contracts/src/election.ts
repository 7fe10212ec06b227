import { z } from 'zod';

/** Ids appear in URLs, topic keys and metrics, so they are short, lower-case and never look like anything else. */
const id = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be 1 to 63 lower-case letters, digits or hyphens');

export const electionId = id.brand<'ElectionId'>();
export type ElectionId = z.infer<typeof electionId>;

/** A BCP 47 tag. */
const LANGUAGE = /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/;

/** One text per language (BCP 47 tag), for example `{ "en": "Mayor", "de": "Bürgermeisterin" }`. */
const localizedText = z
  .record(z.string().regex(LANGUAGE), z.string().min(1).max(500))
  .refine(texts => Object.keys(texts).length > 0, 'needs a text in at least one language');
export type LocalizedText = z.infer<typeof localizedText>;

export const MAX_CONTESTS = 64;
export const MAX_OPTIONS = 256;

const description = z
  .record(z.string().regex(LANGUAGE), z.string().min(1).max(5_000))
  .refine(texts => Object.keys(texts).length > 0, 'needs a text in at least one language');

const MAX_URL_LENGTH = 2_000;
const picture = z.url({ protocol: /^https$/, error: 'must be an https:// URL' }).max(MAX_URL_LENGTH);

/** What is optional is part of the ballot, and of its hash, where it is there, and changes no hash where it is not. */
const option = z.strictObject({
  id,
  title: localizedText,
  description: description.optional(),
  picture: picture.optional(),
  /** Where it is marked, it is marked alone, and that is a whole answer to its contest: "none of the above". */
  exclusive: z.boolean().optional(),
});

const contest = z
  .strictObject({
    id,
    title: localizedText,
    minSelections: z.int().min(0),
    maxSelections: z.int().min(1),
    options: z.array(option).min(1).max(MAX_OPTIONS),
  })
  .refine(c => c.minSelections <= c.maxSelections, {
    path: ['minSelections'],
    error: 'is above maxSelections',
  })
  .refine(c => c.maxSelections <= c.options.length, {
    path: ['maxSelections'],
    error: 'is above the number of options',
  })
  .refine(c => c.maxSelections <= Math.max(1, c.options.filter(({ exclusive }) => !exclusive).length), {
    path: ['maxSelections'],
    error: 'is above the number of options that can be marked together',
  })
  .refine(c => distinct(c.options), { path: ['options'], error: 'option ids repeat' });
export type Contest = z.infer<typeof contest>;

const instant = z.iso.datetime({ error: 'must be an instant in UTC such as 2026-05-07T07:00:00Z' });
const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/, 'must be base64url without padding');

/** A public key as SPKI DER; its id is SHA-256 of those bytes. */
const publicKey = z.strictObject({ keyId: base64url, publicKey: base64url });
export type PublicKey = z.infer<typeof publicKey>;

const definitionFields = {
  id: electionId,
  title: localizedText,
  contests: z.array(contest).min(1).max(MAX_CONTESTS),
  mode: z.enum(['secret', 'pseudonymous']),
  eligibility: z.enum(['open', 'roll']),
  revote: z.enum(['none', 'last']),
  opensAt: instant,
  closesAt: instant,
  timeZone: z.string().refine(isTimeZone, 'must be an IANA time zone such as Europe/London'),
  resultsPolicy: z.enum(['live', 'after-close']),
  /** Totals below it are hidden: those of an election with fewer votes, and live ones while any option has fewer. */
  privacyThreshold: z.int().min(1).optional(),
};

/** What a manager writes; the registrar adds the keys. Unknown fields are refused. */
export const electionDraft = z.strictObject(definitionFields).superRefine(checkRules);
export type ElectionDraft = z.infer<typeof electionDraft>;

/** What every service works from, as published on topic `elections`. Locked, save `closesAt`. */
export const electionDefinition = z
  .strictObject({
    ...definitionFields,
    issuerName: z.string().min(1).max(255),
    tokenKeys: z.array(publicKey).min(1).max(8),
    receiptKeys: z.array(publicKey).min(1).max(8),
    /** Ed25519: sign what the registrar states of this election. Elections from before have none. */
    registrarKeys: z.array(publicKey).min(1).max(8).optional(),
    /** Ed25519: sign the aggregator's zero report, results and seal. Elections from before have none. */
    resultsKeys: z.array(publicKey).min(1).max(8).optional(),
  })
  .superRefine(checkRules);
export type ElectionDefinition = z.infer<typeof electionDefinition>;

/** What a manager wrote of a definition, without what the registrar has added. */
export function draftOf(definition: ElectionDefinition): ElectionDraft {
  const written = Object.entries(definition).filter(([name]) => Object.hasOwn(definitionFields, name));
  return electionDraft.parse(Object.fromEntries(written));
}

/** The definition as another draft would have made it, with what the registrar has added. */
export function withDraft(definition: ElectionDefinition, draft: ElectionDraft): ElectionDefinition {
  const added = Object.entries(definition).filter(([name]) => !Object.hasOwn(definitionFields, name));
  return electionDefinition.parse({ ...Object.fromEntries(added), ...draft });
}

function checkRules(draft: ElectionDraft, context: z.core.$RefinementCtx): void {
  const refuse = (path: string, message: string) =>
    context.addIssue({ code: 'custom', path: [path], message });
  if (!distinct(draft.contests)) refuse('contests', 'contest ids repeat');
  if (Date.parse(draft.opensAt) >= Date.parse(draft.closesAt)) refuse('closesAt', 'is not after opensAt');
  if (draft.revote === 'last' && draft.mode !== 'pseudonymous')
    refuse('revote', '"last" needs mode "pseudonymous"');
}

function distinct(items: readonly { id: string }[]): boolean {
  return new Set(items.map(item => item.id)).size === items.length;
}

/** Asking costs some 50 µs, and every process reads every definition. */
const knownTimeZones = new Set<string>();

function isTimeZone(name: string): boolean {
  if (knownTimeZones.has(name)) return true;
  try {
    Intl.DateTimeFormat('en', { timeZone: name });
    knownTimeZones.add(name);
    return true;
  } catch {
    return false;
  }
}
