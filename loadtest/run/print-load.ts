import { table } from '@suffrage/stack/table';
import type { LoadResult } from './load.ts';
import type { Latency } from './run-k6.ts';

const whole = (value: number) => Math.round(value).toLocaleString('en-US');
const tenths = (value: number) => value.toFixed(1);

/** The run as aligned lines for a person. */
export function printLoad(result: LoadResult): string[] {
  const { k6, audit } = result;
  const { accepted } = k6.answers;
  const rows = [
    ['casts', whole(k6.casts)],
    ['accepted', whole(accepted)],
    ['accepted per second, on average', whole(accepted / k6.seconds)],
    ['arrivals that found no free virtual user', whole(k6.dropped)],
    ...latencyRows('acknowledgement', k6.acknowledgementMillis),
    ...latencyRows('age of results on arrival', k6.resultsAgeMillis),
    ['CPU of the generator per cast, µs', whole(result.generatorMicrosPerCast)],
    ['records on the log of the installation', whole(audit.totals.records)],
    ['counted', whole(audit.totals.counted)],
    ['superseded', whole(audit.totals.superseded)],
    ['older revision', whole(audit.totals.olderRevision)],
    ['duplicate', whole(audit.totals.duplicate)],
    ['rejected', whole(audit.totals.rejected)],
  ];
  const checks = result.checks.map(({ what, ok, detail }) => `  ${ok ? '✓' : '✗'} ${what}: ${detail}`);
  return [
    `${result.scenario} over ${result.transport}, ${result.mode}, ${result.rate}/s, ${result.seconds} s, ${result.cores} cores shared by everything:`,
    '',
    ...table(rows).map(row => `  ${row}`),
    '',
    ...checks,
    '',
    `  report: ${result.report}`,
  ];
}

function latencyRows(what: string, latency: Latency | undefined): string[][] {
  if (!latency) return [];
  const { p50, p95, p99, p999, max } = latency;
  return [
    [`${what} p50, ms`, tenths(p50)],
    [`${what} p95, ms`, tenths(p95)],
    [`${what} p99, ms`, tenths(p99)],
    [`${what} p99.9, ms`, tenths(p999)],
    [`${what} greatest, ms`, tenths(max)],
  ];
}
