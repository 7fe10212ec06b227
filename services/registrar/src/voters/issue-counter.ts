import type { Pool } from '@suffrage/runtime/postgres/pool';

/** Counts tokens given. */
export type IssueCounter = {
  /** Resolves when the count is durable, so that there are never more tokens than the count says. */
  count(electionId: string): Promise<void>;
};

/** What arrives while one update is under way shares the next: one row, few updates, and no order of requests in them. */
export function createIssueCounter(pool: Pool): IssueCounter {
  let waiting = new Map<string, number>();
  let next: Promise<void> | undefined;
  let running: Promise<void> = Promise.resolve();

  const flush = async () => {
    const counts = waiting;
    waiting = new Map();
    next = undefined;
    const ids = [...counts.keys()].toSorted();
    await pool.query(
      `update issue_counts c set issued = c.issued + n.issued
       from unnest($1::text[], $2::bigint[]) as n (election_id, issued) where c.election_id = n.election_id`,
      [ids, ids.map(id => counts.get(id))],
    );
  };

  return {
    count(electionId) {
      waiting.set(electionId, (waiting.get(electionId) ?? 0) + 1);
      if (!next) {
        next = running.then(flush);
        running = next.catch(() => undefined);
      }
      return next;
    },
  };
}
