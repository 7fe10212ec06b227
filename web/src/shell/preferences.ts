import { DEFAULT_LANGUAGE, firstLanguage, type Language, languages } from '../language/languages.ts';
import { speak } from '../language/speak.ts';

/** How the reader wants the page, kept on this device. Nothing of a vote or a voter is kept here. */
export type Preference = 'large-text' | 'high-contrast';

const LANGUAGE_KEY = 'suffrage:language';
const keyOf = (preference: Preference): string => `suffrage:${preference}`;

/** Brings the page into the form that was chosen last, else that which the browser asks for. */
export async function applyPreferences(): Promise<void> {
  for (const preference of ['large-text', 'high-contrast'] as const) show(preference, prefers(preference));
  const language = firstLanguage(read(LANGUAGE_KEY), navigator.languages);
  await speakAndShow(language).catch(() => speakAndShow(DEFAULT_LANGUAGE));
}

export async function chooseLanguage(language: Language): Promise<void> {
  await speakAndShow(language);
  keep(LANGUAGE_KEY, language);
}

export function prefers(preference: Preference): boolean {
  const kept = read(keyOf(preference));
  if (kept !== null) return kept === 'yes';
  return preference === 'high-contrast' && window.matchMedia('(prefers-contrast: more)').matches;
}

export function choose(preference: Preference, wanted: boolean): void {
  show(preference, wanted);
  keep(keyOf(preference), wanted ? 'yes' : 'no');
}

async function speakAndShow(language: Language): Promise<void> {
  await speak(language);
  document.documentElement.lang = language;
  document.documentElement.dir = languages[language].direction;
}

function show(preference: Preference, wanted: boolean): void {
  document.documentElement.classList.toggle(preference, wanted);
}

/** Where the browser keeps nothing for this page, a choice holds until the page is left. */
function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    /* The choice is shown all the same. */
  }
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
