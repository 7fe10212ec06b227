import type { Messages } from '@lingui/core';
import type { Language } from './languages.ts';
import { speech, spokenLanguage } from './say.ts';

export type Catalogs = Readonly<Record<Language, () => Promise<{ readonly messages: Messages }>>>;

/**
 * Only what is spoken is loaded, and only of parts that are. `vite.config.ts` compiles the catalogues, so that the page needs
 * no parser for them.
 */
const page: Catalogs = {
  en: () => import('./catalogs/en.ts'),
  de: () => import('./catalogs/de.ts'),
  es: () => import('./catalogs/es.ts'),
  ar: () => import('./catalogs/ar.ts'),
};
const parts = new Set([page]);

/** The page speaks this language when it resolves. @throws when a catalogue can't be loaded; nothing changes then. */
export async function speak(language: Language): Promise<void> {
  const catalogs = await Promise.all([...parts].map(part => part[language]()));
  const messages: Messages = Object.assign({}, ...catalogs.map(catalog => catalog.messages));
  speech.loadAndActivate({ locale: language, messages });
}

/** From now on the page also says what this part of it has to say. @throws as `speak`. */
export async function speakAlso(part: Catalogs): Promise<void> {
  if (parts.has(part)) return;
  const { messages } = await part[spokenLanguage()]();
  parts.add(part);
  speech.load(spokenLanguage(), messages);
}
