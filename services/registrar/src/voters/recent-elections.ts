import type { Pool } from '@suffrage/runtime/postgres/pool';
import { findElection, type StoredElection } from '../election-store.ts';
import { keepRecent } from '../keep-recent.ts';

export type FindElection = (id: string) => Promise<StoredElection | undefined>;

/**
 * Elections as they were within the last second: voters who ask for tokens by the thousand share a look. Whatever managers
 * move they have to announce 20 s before; only an annulment may be noticed a second late.
 */
export function recentElections(pool: Pool, clock: () => number): FindElection {
  const recent = keepRecent<StoredElection>({ millis: 1_000, most: 1_000, clock });
  return id => recent.get(id, () => findElection(pool, id));
}
