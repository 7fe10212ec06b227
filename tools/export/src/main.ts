import { explain } from '@suffrage/audit/explain';
import { openProgress, progressBar } from '@suffrage/stack/progress-line';
import { exportVotes } from './export-votes.ts';
import { readSettings, usage } from './settings.ts';

const WRITTEN = 0;
const NOT_WRITTEN = 2;

async function main(): Promise<number> {
  const settings = readSettings(process.argv.slice(2));
  if (settings === 'help') {
    process.stdout.write(usage);
    return WRITTEN;
  }
  const progress = openProgress(process.stderr);
  const onProgress = (stage: string, done: number, total: number) =>
    progress.show(progressBar(stage, done, total));
  try {
    const votes = await exportVotes({ ...settings, onProgress });
    progress.clear();
    process.stdout.write(`${votes.toLocaleString('en-US')} votes: ${settings.directory}\n`);
    process.stdout.write(`Recount them: python3 docs/verify/verify.py ${settings.directory}\n`);
    return WRITTEN;
  } finally {
    progress.clear();
  }
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`The votes could not be exported: ${explain(error)}\n`);
  return NOT_WRITTEN;
});
