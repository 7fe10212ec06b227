import type { Pool } from '@suffrage/runtime/postgres/pool';
import { findElection, type StoredElection } from '../election-store.ts';

export type FindElection = (id: string) => Promise<StoredElection | undefined>;

const KEPT_MILLIS = 1_000;
const MOST_KEPT = 1_000;

/**
 * Elections as they were within the last second: voters who ask for tokens by the thousand share a look. Whatever managers
 * move they have to announce 20 s before; only an annulment may be noticed a second late. What is not found is asked for
 * again.
 */
export function recentElections(pool: Pool, clock: () => number): FindElection {
  const kept = new Map<
    string,
    { readonly election: Promise<StoredElection | undefined>; readonly until: number }
  >();
  return id => {
    const known = kept.get(id);
    if (known && clock() < known.until) return known.election;
    kept.delete(id);
    const [oldest] = kept.keys();
    if (kept.size >= MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    const election = findElection(pool, id);
    kept.set(id, { election, until: clock() + KEPT_MILLIS });
    election.then(
      found => found ?? kept.delete(id),
      () => kept.delete(id),
    );
    return election;
  };
}
