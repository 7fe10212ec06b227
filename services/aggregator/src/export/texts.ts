import type { LocalizedText } from '@suffrage/contracts/election';

/** The language of exports: English if the election has it, else its first. */
export function languageOf(title: LocalizedText): string {
  return 'en' in title ? 'en' : (Object.keys(title)[0] ?? 'en');
}

export function textOf(texts: LocalizedText, language = languageOf(texts)): string {
  return texts[language] ?? texts[languageOf(texts)] ?? '';
}
