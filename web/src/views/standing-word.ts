import { say } from '../language/say.ts';
import type { Row } from '../live/shares.ts';

/** What is said of the option or options with most votes. */
export function standingWord(standing: Row['standing'], provisional: boolean): string | null {
  switch (standing) {
    case 'ahead':
      return say(provisional ? 'results.leading' : 'results.most');
    case 'level':
      return say('results.level');
    case null:
      return null;
  }
}
