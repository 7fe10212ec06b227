import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { audit } from './audit.ts';
import { printReport } from './print-report.ts';
import { showProgress } from './progress.ts';
import { readSettings, usage } from './settings.ts';

const BALANCES = 0;
const DIFFERS = 1;
const NOT_MADE = 2;

async function main(): Promise<number> {
  const settings = readSettings(process.argv.slice(2));
  if (settings === 'help') {
    process.stdout.write(usage);
    return BALANCES;
  }
  const progress = showProgress(process.stderr);
  const report = await audit({ ...settings, onProgress: progress.onProgress }).finally(progress.clear);
  if (settings.json !== undefined) {
    mkdirSync(dirname(settings.json), { recursive: true });
    writeFileSync(settings.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  process.stdout.write(printReport(report, settings));
  return report.balances ? BALANCES : DIFFERS;
}

/** One sentence: what failed, and why as far down as it is known. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  const [inner] = error instanceof AggregateError ? error.errors : [];
  const reason = cause ?? inner;
  // Errors of sockets that were tried one after the other have no message of their own.
  if (message === '') return explain(reason);
  return reason === undefined ? message : `${message}: ${explain(reason)}`;
}

// Not process.exit: what is written to a pipe must arrive. Nothing is open any more that would keep the process.
process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`The audit could not be made: ${explain(error)}\n`);
  return NOT_MADE;
});
