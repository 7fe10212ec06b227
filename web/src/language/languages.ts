/** What the page speaks. Names are those that speakers give their language. */
export const languages = {
  en: { name: 'English', direction: 'ltr', locale: 'en-GB' },
  de: { name: 'Deutsch', direction: 'ltr', locale: 'de' },
  es: { name: 'Español', direction: 'ltr', locale: 'es' },
  ar: { name: 'العربية', direction: 'rtl', locale: 'ar' },
} as const satisfies Record<string, { name: string; direction: 'ltr' | 'rtl'; locale: string }>;

export type Language = keyof typeof languages;

export const DEFAULT_LANGUAGE: Language = 'en';

export function isLanguage(tag: string | null | undefined): tag is Language {
  return typeof tag === 'string' && Object.hasOwn(languages, tag);
}

/** The language that was chosen before, else the first that the reader prefers and the page speaks (`de-AT` takes `de`). */
export function firstLanguage(chosen: string | null, preferred: readonly string[]): Language {
  if (isLanguage(chosen)) return chosen;
  return preferred.map(tag => tag.split('-', 1)[0]).find(isLanguage) ?? DEFAULT_LANGUAGE;
}
