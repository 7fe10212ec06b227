import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bench } from './bench.ts';
import { cellsOf } from './cells.ts';
import { keepHistory } from './history.ts';
import { printSummary } from './print.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const SECONDS = 6;

const HELP = `make bench [FULL=1] [HISTORY=1] [FRESH=1] [ONLY=text] [LIST=1]

Measures what a vote costs, component by component, against floors that are measured in the same run, on servers and
services of its own; audits every vote; writes out/bench.json. Fails when votes do not balance.

  FULL=1        the whole matrix; otherwise what fits 20 minutes on two cores
  HISTORY=1     adds a line to docs/reference/benchmarks.md
  FRESH=1       measures again; otherwise cells that an earlier run has measured are kept (out/bench-quick, out/bench-full)
  ONLY=text     only the cells with this in their name
  LIST=1        shows the cells and ends

Also as ARGS='--rate N' (votes/s where costs are measured; by default efficiency at about half load, the rest at 2,000),
'--seconds N' (of one stretch of load, default ${SECONDS}), '--profile DIR' (CPU profiles of the services, for Chromium's developer tools).
`;

const say = (line: string) => process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      full: { type: 'boolean', default: false },
      history: { type: 'boolean', default: false },
      fresh: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      only: { type: 'string' },
      rate: { type: 'string' },
      seconds: { type: 'string', default: String(SECONDS) },
      profile: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return void say(HELP);
  const extent = values.full ? 'full' : 'quick';
  const seconds = Number(values.seconds);
  const rate = values.rate === undefined ? undefined : Number(values.rate);
  if ((rate !== undefined && !(rate > 0)) || !(seconds > 0))
    throw new Error('--rate and --seconds take numbers above 0');
  if (values.list) {
    for (const { name } of cellsOf(extent, rate)) say(name);
    return;
  }
  const result = await bench({
    extent,
    ...(rate === undefined ? {} : { rate }),
    seconds,
    ...(values.only === undefined ? {} : { only: values.only }),
    ...(values.profile === undefined ? {} : { profileDirectory: values.profile }),
    out: resolve(ROOT, 'out'),
    fresh: values.fresh,
    say,
  });
  say('');
  printSummary(result.summary, result.targets, say);
  if (values.history) keepHistory(resolve(ROOT, 'docs/reference/benchmarks.md'), result);
}

await main().catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
