import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openProgress, progressBar } from '@suffrage/stack/progress-line';
import { repositoryDirectory } from '@suffrage/stack/paths';
import { plans, type ScenarioName, scenarioNames } from '../scenarios/plans.ts';
import { type Installation, startOwn, useRunning } from './installation.ts';
import { openOnly, runLoad } from './load.ts';
import { printLoad } from './print-load.ts';
import { findK6 } from './run-k6.ts';

const width = Math.max(...scenarioNames.map(name => name.length));
const scenarios = scenarioNames.map(name => {
  const { about, defaults } = plans[name];
  return `  ${name.padEnd(width)}  ${about} (RATE=${defaults.rate} DURATION=${defaults.seconds})`;
});

const HELP = `make load SCENARIO=smoke

Signs votes, starts an installation of its own, opens an election for them, sends them with k6 at a rate that does not wait
for answers, waits until they are counted, and audits. Writes out/load.json, out/load.html (k6's report with latency and
throughput over time) and out/load-journal.jsonl (receipts and problems).

${scenarios.join('\n')}

  TRANSPORT=rest|grpc             default rest
  MODE=secret|pseudonymous        default secret; conflicts: pseudonymous
  RATE=N                          casts per second at the highest; the target of a whole installation is 250000
  DURATION=N                      seconds
  SEED=N                          which votes (default 1); an installation takes those of one seed once
  WATCHERS=N                      people who watch, in scenario watchers (default 50)
  RUNNING=1                       send to what make up has started (SUFFRAGE_DATA=DIR) instead of an own installation
  OPEN=1                          with RUNNING=1: only open the election and say where, for other generators than k6
  K6=PROGRAM                      a k6 of your own, 1.0 or newer; scenario watchers needs the one that is built
  VUS=N P95=MS P99=MS FAILED=SHARE RECEIPT_EVERY=N
                                  casts under way at most; limits of acknowledgement in ms (1000, 2000) and of casts that
                                  are not accepted (0.001); of so many receipts one is kept

Exit status 1 when a limit is crossed, an arrival found no free virtual user, a receipt does not hold, the counted votes are
not the accepted ones, or the audit does not balance.
`;

const say = (line: string) => process.stdout.write(`${line}\n`);
const FURTHER = ['VUS', 'P95', 'P99', 'FAILED', 'RECEIPT_EVERY'];

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      scenario: { type: 'string', default: 'smoke' },
      transport: { type: 'string', default: 'rest' },
      mode: { type: 'string' },
      rate: { type: 'string' },
      duration: { type: 'string' },
      seed: { type: 'string', default: '1' },
      watchers: { type: 'string' },
      open: { type: 'boolean', default: false },
      running: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    say(HELP);
    return true;
  }
  const scenario = oneOf<ScenarioName>('SCENARIO', values.scenario, scenarioNames);
  const mode = values.mode ?? (plans[scenario].votesPerVoter > 1 ? 'pseudonymous' : 'secret');
  const directory = join(repositoryDirectory, 'out');
  const progress = openProgress(process.stderr);
  const showSigning = (done: number, total: number) =>
    progress.show(progressBar('signing votes', done, total));
  const need = {
    scenario,
    mode: oneOf('MODE', mode, ['secret', 'pseudonymous'] as const),
    seed: positive('SEED', values.seed),
    rate: values.rate === undefined ? undefined : positive('RATE', values.rate),
    seconds: values.duration === undefined ? undefined : positive('DURATION', values.duration),
    onSigning: showSigning,
  };
  if (values.open) {
    if (!values.running)
      throw new Error('OPEN=1 needs RUNNING=1: an own installation would end with this command');
    const opened = await openOnly(need, startRunning);
    progress.clear();
    sayWhere(opened);
    return true;
  }
  findK6();
  const result = await runLoad({
    ...need,
    transport: oneOf('TRANSPORT', values.transport, ['rest', 'grpc']),
    ...(values.watchers === undefined ? {} : { watchers: positive('WATCHERS', values.watchers) }),
    further: Object.fromEntries(FURTHER.flatMap(name => setInEnvironment(name))),
    directory,
    start: values.running ? startRunning : startStopping,
    say: line => {
      progress.clear();
      say(line);
    },
  });
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'load.json'), `${JSON.stringify(result, null, 2)}\n`);
  for (const line of ['', ...printLoad(result), '']) say(line);
  say(result.ok ? 'Everything holds.' : 'Something does not hold: see the lines marked with ✗.');
  return result.ok;
}

function sayWhere({ votes, installation: { stack } }: Awaited<ReturnType<typeof openOnly>>): void {
  say(`ELECTION=${votes.load.id}`);
  say(`VOTES_FILE=${votes.path}`);
  say(`INGESTION_URLS=${stack.ingestionUrls.join(',')}`);
  say(`GRPC_ADDRESSES=${stack.grpcAddresses.join(',')}`);
}

async function startRunning(): Promise<Installation> {
  return useRunning(resolve(repositoryDirectory, process.env.SUFFRAGE_DATA ?? '.data/local'));
}

/** Ctrl-C leaves nothing behind. */
async function startStopping(): Promise<Installation> {
  const own = await startOwn();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void own.stop().finally(() => process.exit(130)));
  return own;
}

function setInEnvironment(name: string): [string, string][] {
  const value = process.env[name];
  return value === undefined || value === '' ? [] : [[name, value]];
}

function oneOf<Name extends string>(name: string, text: string, known: readonly Name[]): Name {
  const found = known.find(each => each === text);
  if (found === undefined) throw new Error(`${name} is one of ${known.join(', ')}, not ${text}`);
  return found;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Error(`${name} must be a number above 0, not ${text}`);
}

process.exitCode = await main().then(
  ok => (ok ? 0 : 1),
  (error: unknown) => {
    process.stderr.write(`load: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  },
);
