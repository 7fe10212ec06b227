import { useSyncExternalStore } from 'react';
import type { Language } from './languages.ts';
import { speech, spokenLanguage } from './say.ts';

/** Renders again when the page speaks another language. Whatever is memoised needs this, too, to follow. */
export function useSpokenLanguage(): Language {
  return useSyncExternalStore(subscribe, spokenLanguage);
}

function subscribe(onChange: () => void): () => void {
  return speech.on('change', onChange);
}
