import { type Catalogs, speakPart } from '../language/speak.ts';

const catalogs: Catalogs = {
  en: () => import('./catalogs/en.ts'),
  de: () => import('./catalogs/de.ts'),
  es: () => import('./catalogs/es.ts'),
  ar: () => import('./catalogs/ar.ts'),
};

/** A part for watching, once what it says is there, too. */
export async function withWatchTexts<Part>(loading: Promise<Part>): Promise<Part> {
  const [part] = await Promise.all([loading, speakPart(catalogs)]);
  return part;
}
