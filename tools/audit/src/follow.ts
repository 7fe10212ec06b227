import { setTimeout as sleep } from 'node:timers/promises';
import { audit, type AuditOptions } from './audit.ts';
import { createAuditMetrics, serveAuditMetrics } from './audit-metrics.ts';
import type { AuditReport } from './report.ts';

export type FollowOptions = AuditOptions & {
  /** Address of the interface that serves metrics. */
  readonly metricsHost: string;
  readonly metricsPort: number;
  /** From the end of one audit to the start of the next. */
  readonly intervalMillis: number;
  readonly onReport: (report: AuditReport) => void;
  readonly onError: (error: unknown) => void;
  /** Told once, before the first audit. */
  readonly onServing: (port: number) => void;
};

/** Audits over and over, and exports what it finds, until it is told to stop. An audit that can't be made is counted. */
export async function follow(options: FollowOptions, signal: AbortSignal): Promise<void> {
  const metrics = createAuditMetrics();
  const server = await serveAuditMetrics(metrics, options.metricsHost, options.metricsPort);
  options.onServing(server.port);
  try {
    while (!signal.aborted) {
      await audit(options).then(
        report => {
          metrics.record(report);
          options.onReport(report);
        },
        (error: unknown) => {
          metrics.fail();
          options.onError(error);
        },
      );
      await sleep(options.intervalMillis, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await server.close();
  }
}
