import { votesOptions } from './options.ts';

// Every scenario but the watchers, which need a module that not every k6 has.
export const options = votesOptions();
export { castOne } from './cast.ts';
export { handleSummary } from './summary.ts';
