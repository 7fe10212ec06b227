import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { audit } from '@suffrage/audit/audit';
import { printReport } from '@suffrage/audit/print-report';
import type { Counts } from '@suffrage/audit/report';
import { readBallotFile } from '@suffrage/demo/ballots';
import { electionDraft } from '@suffrage/demo/draft';
import { openElection } from '@suffrage/demo/manager';
import { repositoryDirectory } from '@suffrage/stack/paths';
import { startSuite, type Suite } from '@suffrage/test/suite';

const USAGE = `make fuzz ARGS='--seconds N --seed S'

Starts a suite of its own, sends requests that schemathesis makes up from each served OpenAPI document, and checks that no
answer is a 5xx or differs from what is documented, that every process still runs, that the audit balances, and that nothing
got onto the log that may not be counted.

  --seconds N   how long to send to each API, in seconds (default 30)
  --seed S      repeat the requests of an earlier run
  --help        this text

Exit status: 0 nothing found, 1 something found, 2 it could not be run.
`;

const CHECKS =
  'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance';
const SCHEMATHESIS = join(repositoryDirectory, '.tools/bin/schemathesis');
const DAY_MILLIS = 86_400_000;
/** For every record to be processed before the audit. */
const WAIT_MILLIS = 30_000;

type Target = { readonly name: string; readonly url: string; readonly headers: readonly string[] };

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '30' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const seconds = Number(values.seconds);
  if (!Number.isInteger(seconds) || seconds < 1)
    throw new Error('--seconds must be a whole number from 1 on');
  say(`seed ${values.seed}; starting a suite of its own …`);
  const directory = await mkdtemp(join(tmpdir(), 'suffrage-fuzz-'));
  const suite = await startSuite({ counts: { ingestion: 1, processor: 1, aggregator: 1, web: 0 } });
  try {
    return (await fuzz(suite, directory, seconds, values.seed)) ? 0 : 1;
  } finally {
    await suite.stop();
    await rm(directory, { recursive: true });
  }
}

/** Whether nothing was found. */
async function fuzz(suite: Suite, directory: string, seconds: number, seed: string): Promise<boolean> {
  const { stack, services } = suite;
  const electionId = await openRealElection(suite);
  // An election that exists, so that requests get further than its name.
  const settings = join(directory, 'schemathesis.toml');
  await writeFile(settings, `[parameters]\n"path.electionId" = "${electionId}"\n`);
  const targets: Target[] = [
    { name: 'ingestion', url: stack.ingestionUrls[0] ?? '', headers: [] },
    { name: 'aggregator', url: stack.resultsUrls[0] ?? '', headers: [] },
    { name: 'registrar', url: stack.registrarUrl, headers: [`Authorization: Bearer ${stack.managerToken}`] },
  ];
  const rows: [string, string][] = [];
  for (const target of targets) {
    for (const [what, file] of [
      ['any election', undefined],
      ['an open election', settings],
    ] as const) {
      say(`${target.name}, ${what}: ${seconds} s …`);
      const found = await runSchemathesis(target, seconds, seed, directory, file);
      rows.push([`${target.name}, ${what}`, found ? 'FOUND SOMETHING (above)' : 'ok']);
    }
  }
  for (const { name } of services.places) {
    if (!services.part(name).isRunning()) rows.push([name, 'HAS ENDED']);
  }
  say('auditing …');
  const report = await audit({
    brokers: stack.brokers,
    databaseUrls: stack.databaseUrls,
    namespace: '',
    waitMillis: WAIT_MILLIS,
  });
  rows.push(['audit', report.balances ? 'ok' : 'DOES NOT BALANCE (above)'], ['log', judgeLog(report.totals)]);
  if (rows.slice(-2).some(([, result]) => result !== 'ok'))
    process.stdout.write(printReport(report, { partitions: true }));
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, result] of rows) process.stdout.write(`${name.padEnd(width)}  ${result}\n`);
  return rows.every(([, result]) => result === 'ok');
}

/**
 * The audit also balances when a bad record has the outcome that it should have, but here there may be none at all: each
 * API refuses what is bad before the log, and no election is closed while votes are sent, as the APIs have their turns one
 * after the other. What has not been processed has not been judged.
 */
function judgeLog({ rejected, rejectedByCode, quarantined, notYetProcessed, records }: Counts): string {
  const codes = Object.entries(rejectedByCode).map(([code, number]) => `${code}: ${number}`);
  const bad = [
    ...(rejected > 0 ? [`${rejected} rejected (${codes.join(', ')})`] : []),
    ...(quarantined > 0 ? [`${quarantined} quarantined`] : []),
    ...(notYetProcessed > 0 ? [`${notYetProcessed} not processed within ${WAIT_MILLIS / 1000} s`] : []),
  ];
  return bad.length === 0 ? 'ok' : `OF ${records} RECORDS ${bad.join(', ')} (above)`;
}

async function openRealElection({ stack }: Suite): Promise<string> {
  const file = readBallotFile(join(repositoryDirectory, 'examples/edinburgh-2022-ward-16.csv'));
  const times = { opensAt: new Date(), closesAt: new Date(Date.now() + DAY_MILLIS) };
  const definition = await openElection(stack, 'fuzz', id => electionDraft(file, id, 'Fuzz', times));
  return definition.id;
}

/** Whether it found something; its report is shown then, with how to repeat the request. */
async function runSchemathesis(
  { url, headers }: Target,
  seconds: number,
  seed: string,
  directory: string,
  settings: string | undefined,
): Promise<boolean> {
  const args = [
    ...(settings === undefined ? [] : ['--config-file', settings]),
    'run',
    `${url}/docs/json`,
    '--checks',
    CHECKS,
    '--max-time',
    String(seconds),
    '--seed',
    seed,
    '--no-color',
    '--warnings',
    'off',
    '--suppress-health-check',
    'all',
    ...headers.flatMap(header => ['--header', header]),
  ];
  const child = spawn(SCHEMATHESIS, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      output += chunk;
    });
  }
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve);
    child.once('error', reject);
  });
  if (status !== 0) process.stdout.write(output);
  return status !== 0;
}

function say(text: string): void {
  process.stderr.write(`fuzz: ${text}\n`);
}

process.exitCode = await main().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  return 2;
});
