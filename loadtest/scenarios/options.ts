import type { Options } from 'k6/options';
import { limits, plan, settings, virtualUsers, watchers } from './environment.ts';
import type { Stage } from './plans.ts';

/** A stage of no length jumps to where the next one begins. */
function k6Stages(stages: readonly Stage[]) {
  return stages.flatMap(({ seconds, fromPerSecond, toPerSecond }) => [
    { duration: '0s', target: Math.round(fromPerSecond) },
    { duration: `${Math.round(seconds * 1000)}ms`, target: Math.round(toPerSecond) },
  ]);
}

/** Votes arrive whatever the answers do; an arrival that finds no free virtual user is a dropped one, and fails the run. */
export function votesOptions(): Options {
  const stages = plan.stages(settings);
  return {
    scenarios: {
      votes: {
        executor: 'ramping-arrival-rate',
        exec: 'castOne',
        startRate: Math.round(stages[0]?.fromPerSecond ?? 0),
        timeUnit: '1s',
        preAllocatedVUs: virtualUsers,
        maxVUs: virtualUsers,
        stages: k6Stages(stages),
        gracefulStop: '30s',
      },
    },
    thresholds: {
      acknowledgement: [`p(95)<${limits.p95Millis}`, `p(99)<${limits.p99Millis}`],
      casts_failed: [`rate<=${limits.failedShare}`],
      dropped_iterations: ['count==0'],
    },
    summaryTrendStats: ['avg', 'min', 'med', 'p(90)', 'p(95)', 'p(99)', 'p(99.9)', 'max'],
    discardResponseBodies: true,
    noConnectionReuse: false,
  };
}

/** The same with people who watch. */
export function watchedOptions(): Options {
  const { scenarios, thresholds, ...rest } = votesOptions();
  return {
    ...rest,
    scenarios: {
      ...scenarios,
      watchers: {
        executor: 'per-vu-iterations',
        exec: 'watchResults',
        vus: watchers,
        iterations: 1,
        maxDuration: `${settings.seconds + 60}s`,
      },
    },
    thresholds: { ...thresholds, watchers_failed: ['count==0'] },
  };
}
