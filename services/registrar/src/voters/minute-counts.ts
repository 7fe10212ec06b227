import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import type { MetricsRegistry } from '@suffrage/runtime/metrics';
import { createTokenCounters } from '../metrics.ts';

/**
 * Counts of token requests that change once a minute only, and faults of which once a minute the number and the last one is
 * logged: whoever reads metrics and logs can't tell when a voter has asked.
 */
export type MinuteCounts = {
  outcome(code: string): void;
  fault(error: unknown): void;
  /** Redis did not answer, so it was not limited. */
  unlimited(): void;
};

const MINUTE_MILLIS = 60_000;

export function createMinuteCounts(registry: MetricsRegistry, log: Log, lifecycle: Lifecycle): MinuteCounts {
  const { requests, failedOpen } = createTokenCounters(registry);
  let notLimited = 0;
  const pending = new Map<string, number>();
  const faults: { count: number; last: unknown } = { count: 0, last: undefined };

  const publish = () => {
    for (const [outcome, count] of pending) requests.inc({ outcome }, count);
    pending.clear();
    failedOpen.inc(notLimited);
    notLimited = 0;
    if (faults.count === 0) return;
    log.error({ err: faults.last, faults: faults.count }, 'token requests failed within the last minute');
    Object.assign(faults, { count: 0, last: undefined });
  };
  const timer = setInterval(publish, MINUTE_MILLIS);
  timer.unref();
  lifecycle.onClose('token counts', () => {
    clearInterval(timer);
    publish();
  });

  return {
    outcome: code => void pending.set(code, (pending.get(code) ?? 0) + 1),
    fault(error) {
      faults.count += 1;
      faults.last = error;
    },
    unlimited: () => void (notLimited += 1),
  };
}
