import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { printReport } from '@suffrage/audit/print-report';
import { thisMachine } from '@suffrage/stack/machine';
import { printedProgress } from '@suffrage/stack/progress';
import { openProgress, progressBar } from '@suffrage/stack/progress-line';
import { table } from '@suffrage/stack/table';
import { statusOf } from './check.ts';
import { holdDay } from './hold-day.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

const HELP = `make election-day

Holds a secret election with a roll on servers of its own, on a schedule, from the CSV of voters to the sealed results;
audits it, recounts it with docs/verify/verify.py, and looks through everything that was stored for whatever links a
voter and a vote. Writes out/election-day.json.

  --voters N     on the roll (default 100,000)
  --voting N     of them vote (default 20,000)
  --twice N      of them try to vote twice (default 200)
  --stolen N     codes of voters who have voted, in other hands (default 25)
  --robbed N     of them find that a thief has voted with their code (default 10)
  --voided N     of them have lost their code, which another one replaced, and a thief tries it (default 10)
  --wrong N      codes that are no voter's (default 25)
  --seed N       another day (default 1)
  --keep         keep the data: databases, log, journal of receipts, export
  --help

Exit status: 0 all is as it should be, 1 something is not, 2 the day could not be held.
`;

const number = (name: string, text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} takes a whole number, not ${text}`);
  return value;
};

const say = (line: string) => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      voters: { type: 'string', default: '100000' },
      voting: { type: 'string', default: '20000' },
      twice: { type: 'string', default: '200' },
      stolen: { type: 'string', default: '25' },
      robbed: { type: 'string', default: '10' },
      voided: { type: 'string', default: '10' },
      wrong: { type: 'string', default: '25' },
      seed: { type: 'string', default: '1' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const numbers = {
    voters: number('voters', values.voters),
    voting: number('voting', values.voting),
    twice: number('twice', values.twice),
    stolenCodes: number('stolen', values.stolen),
    robbed: number('robbed', values.robbed),
    voided: number('voided', values.voided),
    wrongCodes: number('wrong', values.wrong),
    seed: number('seed', values.seed),
  };
  const out = join(ROOT, 'out');
  mkdirSync(out, { recursive: true });
  const dataDirectory = mkdtempSync(join(out, 'election-day-'));
  const progress = printedProgress(say);
  const line = openProgress(process.stderr);
  const startedAt = new Date().toISOString();
  try {
    const { checks, report, results, recount } = await holdDay({
      ...numbers,
      dataDirectory,
      brokers: 3,
      say(text) {
        line.clear();
        say(text);
      },
      progress,
      onVotes: votes => line.show(progressBar('voting', votes, numbers.voting)),
    });
    const status = statusOf(checks);
    const ok = status === 0;
    say(`\n${printReport(report, { partitions: false })}\n\n${recount.said}\n`);
    for (const row of table(
      [['', 'checked', ''], ...checks.map(each => [each.ok ? '✓' : '✗', each.what, each.detail])],
      [0, 1, 2],
    ))
      say(row);
    const file = join(out, 'election-day.json');
    const result = {
      command: 'make election-day',
      startedAt,
      machine: thisMachine(),
      numbers,
      ok,
      checks,
      results,
      audit: report,
    };
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
    say(
      ok
        ? '\nEverything is as it should be.'
        : '\nSomething is not as it should be: see the lines marked with ✗.',
    );
    return status;
  } finally {
    progress.end();
    if (values.keep) say(`kept in ${dataDirectory}`);
    else rmSync(dataDirectory, { recursive: true, force: true });
  }
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`election-day: ${error instanceof Error ? error.message : String(error)}\n`);
  return 2;
});
