import { setTimeout as wait } from 'node:timers/promises';
import type { AskPrometheus } from './prometheus.ts';

/**
 * What stops a release: an alert that pages; or, since a long window hides what began a minute ago, the month's budget of
 * failed acknowledgements burning 14.4 times too fast over five minutes (docs/design/observability.md).
 */
export const questions = {
  alerts: 'ALERTS{alertstate="firing",severity="page"}',
  burning: 'suffrage:acknowledge_failures:ratio_rate5m > 14.4 * 0.0001',
  served: 'sum(up{job=~".*suffrage.*"})',
} as const;

export type WatchOptions = {
  readonly ask: AskPrometheus;
  readonly watchMillis: number;
  readonly pollMillis: number;
  /** Prometheus may be silent for so long; longer is a reason to go back, because nobody sees the release. */
  readonly blindMillis: number;
  readonly now: () => number;
  readonly say: (line: string) => void;
};

/** Watches a release from outside. @returns why it must be taken back, or `undefined` when nothing was wrong all the time */
export async function watch(options: WatchOptions): Promise<string | undefined> {
  const { watchMillis, pollMillis, blindMillis, now, say } = options;
  const begun = now();
  let seen = begun;
  for (;;) {
    try {
      const reason = await findReason(options.ask);
      seen = now();
      if (reason) return reason;
    } catch (error) {
      say(`Prometheus did not answer: ${error instanceof Error ? error.message : String(error)}`);
      if (now() - seen >= blindMillis) return `nobody has seen the release for ${seconds(now() - seen)}`;
    }
    if (now() - begun >= watchMillis && seen > begun) return undefined;
    say(`${seconds(now() - begun)} of ${seconds(watchMillis)}: nothing burns`);
    await wait(pollMillis);
  }
}

async function findReason(ask: AskPrometheus): Promise<string | undefined> {
  const [alerts, burning, served] = await Promise.all([
    ask(questions.alerts),
    ask(questions.burning),
    ask(questions.served),
  ]);
  if (alerts.length > 0)
    return `alerts: ${[...new Set(alerts.map(({ metric }) => metric.alertname ?? 'without a name'))].join(', ')}`;
  if (burning[0]) return `${(Number(burning[0].value[1]) * 100).toFixed(2)} % of votes were not acknowledged`;
  if (Number(served[0]?.value[1] ?? 0) === 0) throw new Error('it scrapes no process of Suffrage');
  return undefined;
}

const seconds = (millis: number) => `${Math.round(millis / 1_000)} s`;
