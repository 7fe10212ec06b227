import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import type { Pool } from '@suffrage/runtime/postgres/pool';
import { repeatEvery } from '@suffrage/runtime/wait';
import { listPending, type Pending, recordDue } from './transition-store.ts';

/** What was published, moved or told meanwhile is seen within that time: well below the second that is promised. */
const LOOK_MILLIS = 400;

type Options = { readonly pool: Pool; readonly clock: () => number; readonly log: Log };

/**
 * Records that elections have opened and closed, when the clock says so, with no manager present. Phases follow from the
 * clock itself, so nothing waits for this record; each replica tries, and the database lets one do it, once.
 */
export function recordTransitions({ pool, clock, log }: Options, lifecycle: Lifecycle): void {
  const round = async () => {
    const pending = await listPending(pool);
    const due = pending.filter(election => nextInstant(election) <= clock());
    for (const { id } of due) await recordDue(pool, id, clock);
  };
  const stop = repeatEvery(LOOK_MILLIS, () =>
    round().catch(error => log.warn({ err: error }, 'the schedule could not be recorded, trying again')),
  );
  lifecycle.onClose('transitions', stop);
}

function nextInstant({ opensAt, closesAt }: Pending): number {
  return opensAt ?? closesAt ?? Number.POSITIVE_INFINITY;
}
