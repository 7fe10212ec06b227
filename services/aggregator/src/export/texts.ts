import type { ElectionDefinition, LocalizedText } from '@suffrage/contracts/election';
import type { AuditAddendum, ResultsDocument } from '@suffrage/contracts/official';
import type { Snapshot } from '@suffrage/contracts/results';

/** The language of exports: English if the election has it, else its first. */
export function languageOf(title: LocalizedText): string {
  return 'en' in title ? 'en' : (Object.keys(title)[0] ?? 'en');
}

export function textOf(texts: LocalizedText, language = languageOf(texts)): string {
  return texts[language] ?? texts[languageOf(texts)] ?? '';
}

/** What the signed document can't know of, since it comes after it. */
export type Since = {
  readonly annulled?: Snapshot['annulled'];
  readonly addendum?: AuditAddendum | undefined;
};

/** What every export says beside the figures: what came since, and what they do not promise. */
export function textsBeside(
  { eligibility }: Pick<ElectionDefinition, 'eligibility'>,
  { annulled, addendum }: Since,
): string[] {
  return [
    ...(annulled ? [`Annulled ${annulled.at}, the result has no effect: ${annulled.reason}`] : []),
    ...(addendum ? [auditText(addendum)] : []),
    ...(eligibility === 'open' ? [OPEN] : []),
  ];
}

const OPEN =
  'Open to everybody, without a roll of voters: nothing guarantees that each person voted only once.';

function auditText({ report, auditor, balances, statedAt }: AuditAddendum): string {
  const verdict = balances ? 'It balances.' : 'It does not balance.';
  return `Audit report named ${statedAt}: SHA-256 ${report}, signed with the Ed25519 key ${auditor}. ${verdict}`;
}

export type Turnout = { readonly of: number; readonly words: string; readonly percent: string };

/** Votes counted, of the voters on the roll or, where there is none, of the tokens given; `undefined` while that is unknown. */
export function turnoutOf({ counted, issued }: ResultsDocument): Turnout | undefined {
  if (!issued) return undefined;
  const of = issued.roll ?? issued.issued;
  const words = issued.roll === undefined ? 'tokens given' : 'voters on the roll';
  return { of, words, percent: (of === 0 ? 0 : (100 * counted) / of).toFixed(1) };
}
