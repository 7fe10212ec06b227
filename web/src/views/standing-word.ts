import type { Row } from '../live/shares.ts';

/** What is said of the option or options with most votes. */
export function standingWord(standing: Row['standing'], provisional: boolean): string | null {
  switch (standing) {
    case 'ahead':
      return provisional ? 'Leading' : 'Most votes';
    case 'level':
      return 'Level';
    case null:
      return null;
  }
}
