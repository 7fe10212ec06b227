import type { MessageId as PageMessageId } from '../language/catalogs/en.ts';
import { speech } from '../language/say.ts';
import { speakPart } from '../language/speak.ts';
import type { MessageId as ManagingMessageId } from './catalogs/en.ts';

type MessageId = PageMessageId | ManagingMessageId;

const catalogs = {
  en: () => import('./catalogs/en.ts'),
  de: () => import('./catalogs/de.ts'),
  es: () => import('./catalogs/es.ts'),
  ar: () => import('./catalogs/ar.ts'),
};

/** Managers' pages have catalogues of their own: voters don't load them. */
export const speakOfManaging = (): Promise<void> => speakPart(catalogs);

/** A text of the page or of managers' pages, as `language/say.ts`. */
export function say(id: MessageId, values: Readonly<Record<string, string | number>> = {}): string {
  return speech.t({ id, values: { ...values } });
}

/** The text of that name, where there is one: services may know more codes and actions than this page. */
export function sayIfKnown(id: string): string | undefined {
  return isMessage(id) ? say(id) : undefined;
}

function isMessage(id: string): id is MessageId {
  return Object.hasOwn(speech.messages, id);
}
