import type { Election } from '@suffrage/contracts/ballot';
import type { ElectionBook } from '@suffrage/contracts/election-book';

/** What is known of elections, and since when. */
export type KnownElections = {
  /** @throws Error when this version can't read the definition. */
  find(electionId: string): Election | undefined;
  /** When topic `elections` was last known to be read to its end, milliseconds of `clock`. */
  completeAsOf(): number;
  /** Whether that is recent enough to append a vote. */
  areCurrent(): boolean;
};

/** Older knowledge of elections than this is not enough to append a vote. */
const MAX_AGE_MILLIS = 10_000;

export function knowElections(
  book: Pick<ElectionBook, 'find'>,
  completeAsOf: () => number,
  clock: () => number,
): KnownElections {
  return {
    find: book.find,
    completeAsOf,
    areCurrent: () => clock() - completeAsOf() <= MAX_AGE_MILLIS,
  };
}
