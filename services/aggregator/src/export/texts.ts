import type { LocalizedText } from '@suffrage/contracts/election';
import type { Snapshot } from '@suffrage/contracts/results';

/** The language of exports: English if the election has it, else its first. */
export function languageOf(title: LocalizedText): string {
  return 'en' in title ? 'en' : (Object.keys(title)[0] ?? 'en');
}

export function textOf(texts: LocalizedText, language = languageOf(texts)): string {
  return texts[language] ?? texts[languageOf(texts)] ?? '';
}

export type Annulled = NonNullable<Snapshot['annulled']>;

export function annulmentText({ at, reason }: Annulled): string {
  return `Annulled ${at}, the result has no effect: ${reason}`;
}
