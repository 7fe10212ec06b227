import { watchedOptions } from './options.ts';

export const options = watchedOptions();
export { castOne } from './cast.ts';
export { handleSummary } from './summary.ts';
export { watchResults } from './watch.ts';
