import type { Messages } from '@lingui/core';
import type { Language } from './languages.ts';
import { speech, spokenLanguage } from './say.ts';

/** Only what is spoken is loaded. `vite.config.ts` compiles the catalogues, so that the page needs no parser for them. */
export type Catalogs = Readonly<Record<Language, () => Promise<{ readonly messages: Messages }>>>;

/** Of the whole page, then of the parts that have been loaded. */
const spoken: Catalogs[] = [
  {
    en: () => import('./catalogs/en.ts'),
    de: () => import('./catalogs/de.ts'),
    es: () => import('./catalogs/es.ts'),
    ar: () => import('./catalogs/ar.ts'),
  },
];

/** The page speaks this language when it resolves. @throws when a catalogue can't be loaded; nothing changes then. */
export async function speak(language: Language): Promise<void> {
  const loaded = await Promise.all(spoken.map(catalogs => catalogs[language]()));
  const messages: Messages = Object.assign({}, ...loaded.map(catalog => catalog.messages));
  speech.loadAndActivate({ locale: language, messages });
}

/** The part is spoken, too, when it resolves, now and in every language that is chosen later. @throws like `speak`. */
export async function speakPart(catalogs: Catalogs): Promise<void> {
  if (spoken.includes(catalogs)) return;
  const language = spokenLanguage();
  const { messages } = await catalogs[language]();
  spoken.push(catalogs);
  // Another language may have been chosen meanwhile.
  if (language === spokenLanguage()) speech.load(language, messages);
  else await speak(spokenLanguage());
}
