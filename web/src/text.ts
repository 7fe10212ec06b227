import type { Texts } from './api/schemas.ts';
import { spokenLanguage } from './language/say.ts';

/** The languages that the reader prefers, best first: that of the page, as it was chosen, then those of the browser. */
export function preferredLanguages(spoken: string = spokenLanguage()): readonly string[] {
  return [spoken, ...navigator.languages, 'en'];
}

/** The text in the first language that there is one for (`de-AT` also takes `de`), else the first text. */
export function textIn(texts: Texts, languages: readonly string[]): { title: string; lang: string } {
  for (const wanted of languages) {
    for (const lang of [wanted, wanted.split('-', 1)[0] ?? wanted]) {
      const title = texts[lang];
      if (title !== undefined) return { title, lang };
    }
  }
  const [[lang, title] = ['', '']] = Object.entries(texts);
  return { title, lang };
}
