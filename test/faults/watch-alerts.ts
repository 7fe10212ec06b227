import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '@suffrage/stack/ports';
import { z } from 'zod';
import { startPrometheus } from '../../observability/run/start-prometheus.ts';
import type { World } from './world.ts';

/** Prometheus with all the rules beside a world, scraping and judging every second. */
export type AlertWatch = {
  /** Names of alerts that fire now. */
  firing(): Promise<ReadonlySet<string>>;
  close(): Promise<void>;
};

const alertsSchema = z.object({
  data: z.object({
    alerts: z.array(z.object({ state: z.string(), labels: z.object({ alertname: z.string() }) })),
  }),
});

export async function watchAlerts({ dataDirectory, services }: World): Promise<AlertWatch> {
  const directory = join(dataDirectory, 'prometheus');
  const [port = 0] = await freePorts(1);
  const prometheus = await startPrometheus({
    directory,
    port,
    scrapeSeconds: 1,
    targets: services.places.map(({ name, ports }) => ({ instance: name, port: ports.metrics ?? 0 })),
  });
  return {
    firing: async () => {
      const response = await fetch(`http://127.0.0.1:${port}/api/v1/alerts`);
      const { alerts } = alertsSchema.parse(await response.json()).data;
      return new Set(alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels.alertname));
    },
    close: async () => {
      await prometheus.stop();
      await rm(directory, { recursive: true });
    },
  };
}

/** Of what takes how long: a busy machine may miss these without any fault. */
export const ON_TIME = /Late|^EventLoopSlow$/;

const STEP_MILLIS = 500;

/** Looks until an alert fires. @returns after how many seconds, and all others that fired meanwhile; `undefined` after the deadline. */
export async function untilFiring(
  watch: Pick<AlertWatch, 'firing'>,
  alert: string,
  deadlineSeconds: number,
): Promise<{ readonly seconds: number | undefined; readonly others: ReadonlySet<string> }> {
  const begun = performance.now();
  const others = new Set<string>();
  for (;;) {
    const seconds = (performance.now() - begun) / 1000;
    const firing = await watch.firing();
    for (const name of firing) if (name !== alert && !ON_TIME.test(name)) others.add(name);
    if (firing.has(alert)) return { seconds, others };
    if (seconds > deadlineSeconds) return { seconds: undefined, others };
    await sleep(STEP_MILLIS);
  }
}
