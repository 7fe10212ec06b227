import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { printedProgress } from '@suffrage/stack/progress';
import { allCases } from './all-cases.ts';
import type { CaseResult } from './case-result.ts';
import type { FaultCase, LoneCase } from './fault-case.ts';
import { loadReport, printTable, saveReport } from './report.ts';
import { runCase } from './run-case.ts';
import { type Shape, startWorld, type World } from './world.ts';

const HELP = `Breaks a running installation in many ways while votes are cast, and proves after each that nothing was lost.

  make faults                     the fast selection
  make faults ALL=1               all cases
  make faults CASE=NAME SEED=N    one case (or several, separated by commas), with the choices of that seed
  make faults LIST=1              what cases there are
  ADD=1                           with the above: keep what out/faults.json says of other cases

  RATE=N    votes a second to aim at (default 400, rolling-update 500); the rate that was reached is in the report

Three brokers, two ingestion processes, three processors, two aggregators, a registrar, PostgreSQL and Redis run as real
processes on free ports and in a directory of their own; region-lost has two installations instead. Writes out/faults.json. Exit status 1 when a case fails.
`;

const OUT = resolve(import.meta.dirname, '../../out/faults.json');
/** The audit reads the whole log after each case: beyond so many votes a new world is cheaper. */
const WORLD_VOTES = 60_000;

const say = (line: string) => void process.stdout.write(`${line}\n`);

type Wanted = {
  readonly cases: readonly (FaultCase | LoneCase)[];
  readonly seed: number;
  readonly rate: number | undefined;
  readonly add: boolean;
};

function readArguments(): Wanted | 'help' | 'list' {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', short: 'h' },
      list: { type: 'boolean' },
      add: { type: 'boolean', default: false },
      all: { type: 'boolean' },
      case: { type: 'string' },
      seed: { type: 'string', default: '1' },
      rate: { type: 'string' },
    },
  });
  if (values.help) return 'help';
  if (values.list) return 'list';
  const names = values.case?.split(',');
  const unknown = names?.find(name => !allCases.some(known => known.name === name));
  if (unknown !== undefined) throw new Error(`there is no case ${unknown}: LIST=1 shows them`);
  const seed = Number(values.seed);
  const rate = values.rate === undefined ? undefined : Number(values.rate);
  if (!Number.isInteger(seed)) throw new Error(`the seed must be a whole number, not ${values.seed}`);
  if (rate !== undefined && !(rate >= 1 && rate <= 10_000))
    throw new Error(`the rate must be 1 to 10000, not ${values.rate}`);
  const cases = names
    ? allCases.filter(({ name }) => names.includes(name))
    : allCases.filter(({ fast = false }) => values.all === true || fast);
  return { cases, seed, rate, add: values.add };
}

/** The world for the next case: the one before it, while it is sound, of the right shape and not too full. */
function createWorlds() {
  let world: World | undefined;
  let votes = 0;
  const close = async (keepData: boolean) => {
    const closing = world;
    world = undefined;
    if (keepData && closing) say(`  logs and data are kept in ${closing.dataDirectory}`);
    await closing?.close({ keepData });
  };
  return {
    get: async (shape: Shape) => {
      if (world && (world.shape !== shape || votes > WORLD_VOTES)) await close(false);
      if (world) return world;
      votes = 0;
      const progress = printedProgress(say);
      say('Starting the processes');
      try {
        world = await startWorld(shape, progress);
        return world;
      } finally {
        progress.end();
      }
    },
    after: async ({ ok, acknowledged }: CaseResult) => {
      votes += acknowledged;
      if (!ok) await close(true);
    },
    close,
  };
}

const ADDED = ', single cases later with ADD=1';

const NOTHING = {
  acknowledged: 0,
  lost: 0,
  countedTwice: 0,
  unknownOutcome: 0,
  longestAckStallMs: 0,
  recoveryMs: 0,
  kills: 0,
  faults: {},
  votesPerSecond: 0,
  seconds: 0,
};

async function runOne(
  worlds: ReturnType<typeof createWorlds>,
  faultCase: FaultCase | LoneCase,
  { seed, rate }: Wanted,
): Promise<CaseResult> {
  const { name, what } = faultCase;
  say(`\n${name} (seed ${seed}): ${what}`);
  const reason = faultCase.skip?.();
  if (reason !== undefined) {
    say(`  skipped: ${reason}`);
    return { name, seed, status: 'skipped', ok: false, reason, ...NOTHING, problems: [] };
  }
  let result: CaseResult;
  try {
    result =
      'alone' in faultCase
        ? await faultCase.alone({ name, seed, rate, say })
        : await runCase(await worlds.get(faultCase.shape ?? 'standard'), faultCase, { seed, rate, say });
  } catch (error) {
    const problem = `the case could not be made: ${error instanceof Error ? error.message : String(error)}`;
    result = { name, seed, status: 'failed', ok: false, ...NOTHING, problems: [problem] };
  }
  for (const problem of result.problems.slice(0, 30)) say(`  ✗ ${problem}`);
  const faults = Object.entries(result.faults).map(([fault, times]) => `${times} × ${fault}`);
  say(`  ${result.status} after ${result.seconds} s; ${faults.join(', ')}`);
  say(`  again: make faults CASE=${name} SEED=${seed}`);
  await worlds.after(result);
  return result;
}

/** Ctrl-C leaves no process and no directory behind. */
function closeOnInterrupt(close: (keepData: boolean) => Promise<void>): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      say('\nInterrupted: stopping the processes …');
      void close(false).finally(() => process.exit(130));
    });
  }
}

async function run(): Promise<number> {
  const wanted = readArguments();
  if (wanted === 'help') say(HELP);
  if (wanted === 'list') {
    const widest = Math.max(...allCases.map(({ name }) => name.length));
    for (const { name, what, fast } of allCases) say(`${fast ? '*' : ' '} ${name.padEnd(widest)}  ${what}`);
    say('\n* in the fast selection');
  }
  if (wanted === 'help' || wanted === 'list') return 0;
  const added = wanted.add ? loadReport(OUT) : undefined;
  const startedAt = added?.startedAt ?? new Date().toISOString();
  const command = added
    ? `${added.command.split(ADDED)[0]}${ADDED}`
    : ['node test/faults/main.ts', ...process.argv.slice(2)].join(' ');
  const kept = added?.cases ?? [];
  const worlds = createWorlds();
  closeOnInterrupt(worlds.close);
  const results: CaseResult[] = [];
  for (const faultCase of wanted.cases) {
    results.push(await runOne(worlds, faultCase, wanted));
    const before = kept.filter(({ name }) => !results.some(result => result.name === name));
    saveReport(OUT, { command, startedAt, cases: [...before, ...results] });
  }
  await worlds.close(false);
  const failed = results.filter(({ status }) => status === 'failed');
  say(`\n${printTable(results)}\n`);
  const ran = results.filter(({ status }) => status !== 'skipped');
  say(
    `${ran.length} cases, ${failed.length} failed, ${results.length - ran.length} skipped; written to out/faults.json`,
  );
  return failed.length === 0 ? 0 : 1;
}

// kafkajs asks for timers in the past; Node 24 warns about each.
process.removeAllListeners('warning');
const exitCode = await run().catch((error: unknown) => {
  process.stderr.write(`faults: ${error instanceof Error ? error.message : String(error)}\n`);
  return 2;
});
// All that was started is stopped and all results are written. A client whose server was killed in the middle of a request
// may still hold a socket, and would keep this process for ever.
process.exit(exitCode);
