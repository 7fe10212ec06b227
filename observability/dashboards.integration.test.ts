import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { follow } from '@suffrage/audit/follow';
import { castBallots } from '@suffrage/demo/cast-ballots';
import { planSendings, seeded } from '@suffrage/demo/plan';
import type { Part } from '@suffrage/stack/part';
import { freePorts } from '@suffrage/stack/ports';
import { until } from '@suffrage/test/poll';
import { openSmallElection } from '@suffrage/test/small-election';
import { startSuite, type Suite } from '@suffrage/test/suite';
import { askRange, type Series } from './run/ask.ts';
import { dashboards } from './dashboards/all.ts';
import { startPrometheus } from './run/start-prometheus.ts';

const SCRAPE_SECONDS = 1;
const VOTES_A_ROUND = 60;
const ROUNDS = 5;

let suite: Suite;
let prometheus: Part;
let directory: string;
const begun = Date.now() / 1000;
const stopAudit = new AbortController();
let auditing: Promise<void>;

/** A real run: the whole suite, an election, votes over both transports for some seconds, the audit beside it. */
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'suffrage-observe-'));
  suite = await startSuite();
  const [port = 0, auditPort = 0] = await freePorts(2);
  const { brokers, databaseUrls } = suite.stack;
  const audited = { brokers, databaseUrls, namespace: '', waitMillis: 10_000, issued: [] };
  const silent = { onReport: () => undefined, onError: () => undefined, onServing: () => undefined };
  auditing = follow(
    { ...audited, ...silent, metricsHost: '127.0.0.1', metricsPort: auditPort, intervalMillis: 2_000 },
    stopAudit.signal,
  );
  const services = suite.services.places.map(({ name, ports }) => ({
    instance: name,
    port: ports.metrics ?? 0,
  }));
  prometheus = await startPrometheus({
    directory,
    port,
    scrapeSeconds: SCRAPE_SECONDS,
    targets: [...services, { instance: 'audit', port: auditPort }],
  });
  const definition = await openSmallElection(suite, 'observed', { mode: 'pseudonymous' });
  for (let round = 0; round < ROUNDS; round += 1) {
    const cast = await castBallots({
      stack: suite.stack,
      definition,
      sendings: planSendings(VOTES_A_ROUND, suite.stack.ingestionUrls.length, seeded(round + 1)).map(
        sending => ({
          ...sending,
          ballot: sending.ballot + round * VOTES_A_ROUND,
        }),
      ),
      markedBy: () => ({ mayor: ['ada'] }),
      voters: 8,
      onProgress: () => undefined,
    });
    expect(cast.problems).toEqual([]);
    await sleep(2_000 * SCRAPE_SECONDS);
  }
}, 300_000);

afterAll(async () => {
  stopAudit.abort();
  await auditing;
  await prometheus?.stop();
  await suite?.stop();
  await rm(directory, { recursive: true, force: true });
}, 120_000);

const ask = (expr: string) =>
  askRange(`http://127.0.0.1:${prometheus.port}`, expr, {
    from: begun,
    to: Date.now() / 1000,
    stepSeconds: SCRAPE_SECONDS,
    rateWindow: '10s',
  });
const numbers = (series: readonly Series[]) =>
  series.flatMap(({ points }) => points.map(([, value]) => value)).filter(Number.isFinite);

describe.each(dashboards)('dashboard $title', ({ rows }) => {
  const panels = rows.flatMap(row => row.panels);

  test.each(panels)('panel "$title" has data', async ({ description, unit, queries }) => {
    expect(description.length).toBeGreaterThan(10);
    expect(unit).not.toBe('');
    for (const { expr } of queries) expect([expr, numbers(await ask(expr)).length > 0]).toEqual([expr, true]);
  });
});

const VOTES = ROUNDS * VOTES_A_ROUND;

// Asked until they say so: a busy machine scrapes, audits and fetches the last log ends late.
test.each([
  `sum(max by (partition) (suffrage_log_end_offset)) >= bool ${VOTES}`,
  `sum(suffrage_processor_records_total{outcome="counted"}) == bool ${VOTES}`,
  'max(suffrage_accepted_minus_accounted) == bool 0',
  `sum(suffrage_processor_accepted_to_counted_seconds_count) == bool ${VOTES}`,
  'sum(suffrage_results_accepted_to_published_seconds_count) > bool 0',
  'sum(suffrage_audit_balances) == bool 1',
])(
  'what was cast is what the metrics say: %s',
  async holds => {
    await until(holds, async () => numbers(await ask(holds)).at(-1) === 1, 60_000);
  },
  70_000,
);

test('a sound run fires no alert but those on time, which a busy test machine may miss', async () => {
  expect(await ask('ALERTS{alertstate="firing", alertname!~".*Late.*|EventLoopSlow"}')).toEqual([]);
});
