import { setupI18n } from '@lingui/core';
import type { MessageId } from './catalogs/en.ts';
import { DEFAULT_LANGUAGE, isLanguage, type Language, languages } from './languages.ts';

/** What the page says now. One for the whole page, as there is one reader. */
export const speech = setupI18n();

export type Values = Readonly<Record<string, string | number>>;

/** A text of the page in the language that it speaks now. Values fill its places; plurals follow the language's rules. */
export const say: (id: MessageId, values?: Values) => string = sayAny;

/** The same for parts of the page with catalogues of their own (`speak.ts`), which give it the type of their messages. */
export function sayAny(id: string, values: Values = {}): string {
  return speech.t({ id, values: { ...values } });
}

export function spokenLanguage(): Language {
  return isLanguage(speech.locale) ? speech.locale : DEFAULT_LANGUAGE;
}

/** For `Intl`: dates and numbers follow the language, so that a sentence is not in two. */
export function spokenLocale(): string {
  return languages[spokenLanguage()].locale;
}
