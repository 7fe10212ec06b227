import { createServer } from 'node:http';
import { Counter, Gauge, Registry } from 'prom-client';
import { findingKinds } from './findings.ts';
import type { AuditReport } from './report.ts';

/** What continuous audits export. All but the failures speak of the last audit that could be made. */
export type AuditMetrics = {
  readonly registry: Registry;
  record(report: AuditReport): void;
  /** An audit could not be made. */
  fail(): void;
};

export function createAuditMetrics(): AuditMetrics {
  const registry = new Registry();
  const registers = [registry];
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Gauge({ name: `suffrage_audit_${name}`, help, labelNames, registers });
  // Labels: kind (of finding), invariant (name of the broken invariant).
  const findings = gauge('findings', 'What does not balance, by kind.', ['kind', 'invariant']);
  // Labels: outcome (counted, superseded, older-revision, duplicate, rejected, quarantined, missing, not-yet-processed).
  const records = gauge('records', 'Records of topic votes, by what became of them.', ['outcome']);
  // No labels.
  const balances = gauge('balances', '1 if nothing was found.');
  // Labels: state (supplied, hold).
  const receipts = gauge('receipts', 'Receipts that were supplied, and those of them that hold.', ['state']);
  // No labels.
  const duration = gauge('duration_seconds', 'How long it took.');
  const completed = gauge('completed_timestamp_seconds', 'When it was complete.');
  const failures = new Counter({
    name: 'suffrage_audit_failures_total',
    help: 'Audits that could not be made.',
    registers,
  });
  return {
    registry,
    record(report) {
      for (const [kind, { invariant }] of Object.entries(findingKinds))
        findings.set(
          { kind, invariant },
          Object.entries(report.findings.byKind).find(([name]) => name === kind)?.[1] ?? 0,
        );
      const { totals } = report;
      records.set({ outcome: 'counted' }, totals.counted);
      records.set({ outcome: 'superseded' }, totals.superseded);
      records.set({ outcome: 'older-revision' }, totals.olderRevision);
      records.set({ outcome: 'duplicate' }, totals.duplicate);
      records.set({ outcome: 'rejected' }, totals.rejected);
      records.set({ outcome: 'quarantined' }, totals.quarantined);
      records.set({ outcome: 'missing' }, totals.missing);
      records.set({ outcome: 'not-yet-processed' }, totals.notYetProcessed);
      receipts.set({ state: 'supplied' }, report.receipts.supplied);
      receipts.set({ state: 'hold' }, report.receipts.hold);
      balances.set(report.balances ? 1 : 0);
      duration.set(report.seconds);
      completed.set(Date.now() / 1000);
    },
    fail: () => failures.inc(),
  };
}

/** Serves `/metrics`. Resolves with the port in use. */
export async function serveAuditMetrics(
  { registry }: AuditMetrics,
  host: string,
  port: number,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      text => response.setHeader('content-type', registry.contentType).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
