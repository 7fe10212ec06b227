import { Counter, Trend } from 'k6/metrics';
import { watch } from 'k6/x/sse';
import { electionId, resultsUrls, settings } from './environment.ts';

const events = new Counter('watchers_events');
const failed = new Counter('watchers_failed');
/** From the moment the totals were read until they are here; clocks of generator and service must agree. */
const age = new Trend('results_age', true);
const AFTER_THE_VOTES_SECONDS = 3;

/** One person who keeps the results open, until shortly after the last vote. */
export function watchResults(): void {
  const url = resultsUrls[__VU % resultsUrls.length] ?? '';
  let version = -1;
  const { status, error } = watch(
    `${url}/v1/elections/${electionId}/results/stream`,
    settings.seconds + AFTER_THE_VOTES_SECONDS,
    (id, data) => {
      events.add(1);
      // The first may be old: it is the newest there was.
      if (version >= 0) age.add(Date.now() - Date.parse(JSON.parse(data).asOf));
      if (Number(id) <= version) failed.add(1);
      version = Number(id);
    },
  );
  if (status === 200 && error === '') return;
  failed.add(1);
  console.log(JSON.stringify({ kind: 'problem', answer: 'watcher', code: `${status} ${error}` }));
}
