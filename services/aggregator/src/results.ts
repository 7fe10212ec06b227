import { type Refusal, refuse } from '@suffrage/contracts/errors';
import type { Elections } from './elections.ts';
import type { NewestSnapshots, Published } from './newest.ts';
import type { Publisher } from './publish.ts';
import type { Rounds } from './rounds.ts';

/** The newest snapshot of an election: from memory, after a cold start from Redis, else from PostgreSQL. */
export type Results = (
  electionId: string,
) => Promise<{ readonly ok: true; readonly published: Published } | Refusal>;

type Options = {
  readonly newest: NewestSnapshots;
  readonly elections: Elections;
  /** Whether topic `elections` has been read to its end: only then is an unknown election one that does not exist. */
  readonly electionsComplete: () => boolean;
  readonly stored: Publisher['stored'];
  readonly refresh: Rounds['refresh'];
};

export function createResults({ newest, elections, electionsComplete, stored, refresh }: Options): Results {
  return async electionId => {
    if (!newest.get(electionId)) {
      const known = elections.get(electionId) !== undefined;
      if (!known && electionsComplete()) return refuse('election-unknown');
      const snapshot = await stored(electionId);
      if (snapshot) newest.offer(snapshot);
      // A database that does not answer is the rounds' to report; here there is just nothing to show yet.
      else if (known) await refresh().catch(() => undefined);
    }
    const published = newest.get(electionId);
    return published ? { ok: true, published } : refuse('not-ready');
  };
}
