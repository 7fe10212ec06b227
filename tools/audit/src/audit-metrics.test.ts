import { expect, test } from '@jest/globals';
import { createAuditMetrics, serveAuditMetrics } from './audit-metrics.ts';
import { makeReport } from './report.ts';
import { sound } from './testing/sound-world.ts';
import { judgeWorld } from './testing/world.ts';

const about = { topic: 'votes', startedAt: '2026-05-07T23:00:00.000Z', seconds: 1.5 };

test('what was found is a metric, and goes back to 0 when it is healed', async () => {
  const metrics = createAuditMetrics();
  const server = await serveAuditMetrics(metrics, '127.0.0.1', 0);
  const read = async () => (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text();
  try {
    const broken = sound();
    broken.databases[0]?.tallies.pop();
    metrics.record(makeReport(judgeWorld(broken.world), about));
    const found = 'suffrage_audit_findings{kind="wrong-tally",invariant="INV-5"}';
    expect(await read()).toMatch(`${found} 1\n`);
    expect(await read()).toMatch('suffrage_audit_balances 0\n');
    metrics.record(makeReport(judgeWorld(sound().world), about));
    metrics.fail();
    const healed = await read();
    expect(healed).toMatch(`${found} 0\n`);
    expect(healed).toMatch('suffrage_audit_balances 1\n');
    expect(healed).toMatch('suffrage_audit_records{outcome="counted"} 6\n');
    expect(healed).toMatch('suffrage_audit_failures_total 1\n');
    expect((await fetch(`http://127.0.0.1:${server.port}/`)).status).toBe(404);
  } finally {
    await server.close();
  }
});
