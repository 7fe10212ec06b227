import type { KeyObject } from 'node:crypto';
import { audit } from './audit.ts';
import { explain } from './explain.ts';
import { follow } from './follow.ts';
import { printReport } from './print-report.ts';
import { showProgress } from './progress.ts';
import type { AuditReport } from './report.ts';
import { readSettings, type Settings, usage } from './settings.ts';
import { readAuditorKey, signatureFile, writeReport } from './sign-report.ts';
import { readReceipt, stateReceipt } from './state-receipt.ts';

const BALANCES = 0;
const DIFFERS = 1;
const NOT_MADE = 2;
const INTERRUPTED = 130;

/** Does what the command line says. @returns the exit status. */
export async function runCommand(): Promise<number> {
  return run().catch((error: unknown) => {
    process.stderr.write(`The audit could not be made: ${explain(error)}\n`);
    return NOT_MADE;
  });
}

async function run(): Promise<number> {
  const settings = readSettings(process.argv.slice(2));
  if (settings === 'help') {
    process.stdout.write(usage);
    return BALANCES;
  }
  const key = settings.key === undefined ? undefined : readAuditorKey(settings.key);
  if (settings.receipt !== undefined) return stateOne(settings, settings.receipt, key);
  if (settings.follow) return followAll(settings, settings.follow, key);
  // An exit, unlike a death by the signal, takes the sorted files away.
  process.once('SIGINT', () => process.exit(INTERRUPTED));
  process.once('SIGTERM', () => process.exit(INTERRUPTED));
  const progress = showProgress(process.stderr);
  const report = await audit({ ...settings, onProgress: progress.onProgress }).finally(progress.clear);
  show(report, settings, key);
  return report.balances ? BALANCES : DIFFERS;
}

function show(report: AuditReport, settings: Settings, key: KeyObject | undefined): void {
  keep(report, settings, key);
  process.stdout.write(printReport(report, settings));
}

function keep(report: object, { json }: Settings, key: KeyObject | undefined): void {
  if (json === undefined) return;
  writeReport(json, report, key);
  if (key) process.stderr.write(`Signed: ${signatureFile(json)} (--help says how to check it)\n`);
}

async function stateOne(settings: Settings, file: string, key: KeyObject | undefined): Promise<number> {
  const statement = await stateReceipt(settings, readReceipt(file));
  keep(statement, settings, key);
  process.stdout.write(`${JSON.stringify(statement, null, 2)}\n${statement.says}\n`);
  return statement.verdict === 'holds' ? BALANCES : DIFFERS;
}

/** Until a signal; the status is that of the last audit. */
async function followAll(
  settings: Settings,
  how: NonNullable<Settings['follow']>,
  key: KeyObject | undefined,
): Promise<number> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  let status = NOT_MADE;
  await follow(
    {
      ...settings,
      ...how,
      onServing: port => process.stderr.write(`Metrics: http://127.0.0.1:${port}/metrics\n`),
      onReport: report => {
        status = report.balances ? BALANCES : DIFFERS;
        show(report, settings, key);
      },
      onError: error => {
        status = NOT_MADE;
        process.stderr.write(`The audit could not be made: ${explain(error)}\n`);
      },
    },
    stop.signal,
  );
  return status;
}
