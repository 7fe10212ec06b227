import type { Election, Phase } from './api/schemas.ts';
import { formatInstant } from './format.ts';
import { say } from './language/say.ts';
import { sayWatch } from './watch/say.ts';

/** When voting was, is or will be possible, in one phrase. */
export function scheduleOf({ opensAt, closesAt, timeZone }: Election['definition'], phase: Phase): string {
  switch (phase) {
    case 'draft':
    case 'scheduled':
      return say('schedule.opens', { when: formatInstant(opensAt, timeZone) });
    case 'open':
      return say('schedule.open-until', { when: formatInstant(closesAt, timeZone) });
    case 'closed':
    case 'sealed':
      return say('schedule.closed', { when: formatInstant(closesAt, timeZone) });
  }
}

/** Why there are no totals to see, and when there will be. */
export function whyHidden(definition: Election['definition'], now: number, isFinal: boolean): string {
  const { closesAt, timeZone, privacyThreshold, resultsPolicy } = definition;
  if (privacyThreshold !== undefined && (isFinal || resultsPolicy === 'live'))
    return sayWatch('hidden.threshold', { min: privacyThreshold });
  if (now < Date.parse(closesAt))
    return say('results.hidden-until', { when: formatInstant(closesAt, timeZone) });
  return say('results.hidden-closed');
}
