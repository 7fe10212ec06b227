import type { MessageId } from '../catalogs/en.ts';
import { say } from '../say.ts';
import { TIME_MISSING, TIME_SKIPPED } from './form.ts';

/** What the contracts say of a draft, by what their words begin with, and what the page says instead. */
const WORDS: readonly (readonly [string, MessageId])[] = [
  ['needs a text', 'fault.text'],
  ['too_small: ', 'fault.small'],
  ['too_big: ', 'fault.big'],
  ['invalid_type: ', 'fault.number'],
  ['invalid_format: must be 1 to 63', 'fault.id'],
  ['invalid_format: must be an https', 'fault.picture'],
  ['invalid_key: ', 'fault.language'],
  ['is above maxSelections', 'fault.min-above-max'],
  ['is above the number of options that can', 'fault.max-exclusive'],
  ['is above the number of options', 'fault.max-above-options'],
  ['option ids repeat', 'fault.ids-repeat'],
  ['contest ids repeat', 'fault.ids-repeat'],
  ['is not after opensAt', 'fault.closes-before'],
  ['"last" needs', 'fault.revote'],
  ['eligibility "', 'fault.proof'],
  ['must be an IANA', 'fault.zone'],
  [TIME_MISSING, 'fault.time'],
  [TIME_SKIPPED, 'fault.time-skipped'],
];

/** What is not in the table is said as it is: better in English than not at all. */
export function sayFault(fault: string): string {
  const known = WORDS.find(([beginning]) => fault.startsWith(beginning));
  return known ? say(known[1]) : fault;
}
