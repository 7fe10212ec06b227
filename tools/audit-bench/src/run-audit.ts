import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { World } from './world.ts';

const auditMain = fileURLToPath(new URL('../../audit/src/main.ts', import.meta.url));
const usageModule = new URL('usage.ts', import.meta.url).href;
const usage = z.object({ peakKiB: z.number(), cpuSeconds: z.number() });
const report = z.object({
  seconds: z.number(),
  balances: z.boolean(),
  totals: z.object({ records: z.int() }),
});

export type AuditRun = {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
  readonly records: number;
};

/** Audits a world in a process of its own. @throws Error when it does not balance. */
export async function runAudit(
  brokers: readonly string[],
  world: World,
  directory: string,
  more: readonly string[],
): Promise<AuditRun> {
  const file = (name: string) => join(directory, `${world.namespace}-${name}`);
  writeFileSync(file('databases'), world.databaseUrl);
  const audited = ['--brokers', brokers.join(','), '--namespace', world.namespace];
  const files = ['--databases-file', file('databases'), '--scratch', directory, '--json', file('report')];
  const args = ['--import', usageModule, auditMain, ...audited, ...files, ...more];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, AUDIT_BENCH_USAGE: file('usage') },
  });
  const status = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (status !== 0) throw new Error(`the audit ended with status ${String(status)}: see ${file('report')}`);
  const { peakKiB, cpuSeconds } = usage.parse(JSON.parse(readFileSync(file('usage'), 'utf8')));
  const { seconds, totals } = report.parse(JSON.parse(readFileSync(file('report'), 'utf8')));
  return { seconds, cpuSeconds, peakMiB: Math.round(peakKiB / 1024), records: totals.records };
}
