import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { startOwn } from './installation.ts';
import { type LoadOptions, runLoad } from './load.ts';

// A whole installation starts, takes votes for some seconds, and is audited.
jest.setTimeout(240_000);

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'suffrage-load-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const run = (options: Pick<LoadOptions, 'scenario' | 'transport' | 'mode'>) =>
  runLoad({
    seed: 1,
    rate: 10,
    seconds: 4,
    watchers: 3,
    // This machine may be doing anything else; nothing here is about its speed.
    further: { P95: '60000', P99: '60000', VUS: '60', RECEIPT_EVERY: '1' },
    directory,
    start: startOwn,
    say: () => undefined,
    ...options,
  });

const failures = ({ checks }: Awaited<ReturnType<typeof run>>) => checks.filter(({ ok }) => !ok);

test('k6 casts conflicting votes over gRPC, and of each voter one is counted', async () => {
  const result = await run({ scenario: 'conflicts', transport: 'grpc', mode: 'pseudonymous' });
  expect(failures(result)).toEqual([]);
  expect(result.k6.answers.accepted).toBe(result.k6.casts);
  expect(result.audit.totals.counted).toBe(Math.ceil(result.k6.casts / 4));
  expect(result.audit.receipts.hold).toBe(result.k6.casts);
});

test('k6 casts signed votes over REST while people watch, and the audit accounts for each', async () => {
  const result = await run({ scenario: 'watchers', transport: 'rest', mode: 'secret' });
  expect(failures(result)).toEqual([]);
  expect(result.k6.casts).toBeGreaterThan(20);
  expect(result.audit.totals.counted).toBe(result.k6.casts);
  expect(result.k6.watcherEvents).toBeGreaterThan(3);
  expect(readFileSync(result.report, 'utf8')).toContain('</html>');
});
