import type { Messages } from '@lingui/core';
import type { Language } from './languages.ts';
import { speech } from './say.ts';

/** Only what is spoken is loaded. `vite.config.ts` compiles the catalogues, so that the page needs no parser for them. */
const catalogs: Readonly<Record<Language, () => Promise<{ readonly messages: Messages }>>> = {
  en: () => import('./catalogs/en.ts'),
  de: () => import('./catalogs/de.ts'),
  es: () => import('./catalogs/es.ts'),
  ar: () => import('./catalogs/ar.ts'),
};

/** The page speaks this language when it resolves. @throws when the catalogue can't be loaded; nothing changes then. */
export async function speak(language: Language): Promise<void> {
  const { messages } = await catalogs[language]();
  speech.loadAndActivate({ locale: language, messages });
}
