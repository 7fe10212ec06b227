import { sayAny, type Values } from '../language/say.ts';
import type { WatchMessageId } from './catalogs/en.ts';

/** A text of the parts for watching; `load.ts` has loaded it with them. */
export const sayWatch: (id: WatchMessageId, values?: Values) => string = sayAny;
