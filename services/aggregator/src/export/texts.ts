import type { LocalizedText } from '@suffrage/contracts/election';
import type { AuditAddendum } from '@suffrage/contracts/official';
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

export function textsSince({ annulled, addendum }: Since): string[] {
  return [
    ...(annulled ? [`Annulled ${annulled.at}, the result has no effect: ${annulled.reason}`] : []),
    ...(addendum ? [auditText(addendum)] : []),
  ];
}

function auditText({ report, auditor, balances, statedAt }: AuditAddendum): string {
  const verdict = balances ? 'It balances.' : 'It does not balance.';
  return `Audit report named ${statedAt}: SHA-256 ${report}, signed with the Ed25519 key ${auditor}. ${verdict}`;
}
