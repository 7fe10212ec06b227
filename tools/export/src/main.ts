import { exportVotes } from './export-votes.ts';
import { readSettings, usage } from './settings.ts';

const WRITTEN = 0;
const NOT_WRITTEN = 2;
const REDRAW_MILLIS = 200;

async function main(): Promise<number> {
  const settings = readSettings(process.argv.slice(2));
  if (settings === 'help') {
    process.stdout.write(usage);
    return WRITTEN;
  }
  let drawnAt = 0;
  const onProgress = (stage: string, done: number, total: number) => {
    if (!process.stderr.isTTY || performance.now() - drawnAt < REDRAW_MILLIS) return;
    drawnAt = performance.now();
    const numbers = `${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}`;
    process.stderr.write(`\r\u001B[K${stage}: ${numbers}`);
  };
  try {
    const votes = await exportVotes({ ...settings, onProgress });
    if (process.stderr.isTTY) process.stderr.write('\r\u001B[K');
    process.stdout.write(`${votes.toLocaleString('en-US')} votes: ${settings.directory}\n`);
    process.stdout.write(`Recount them: python3 docs/verify/verify.py ${settings.directory}\n`);
    return WRITTEN;
  } finally {
    if (process.stderr.isTTY) process.stderr.write('\r\u001B[K');
  }
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${explain(error.cause)}`;
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`The votes could not be exported: ${explain(error)}\n`);
  return NOT_WRITTEN;
});
