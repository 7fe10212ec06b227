import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { holdEdinburgh } from './hold-edinburgh.ts';
import type { LocalStack } from './local-stack.ts';

const HELP = `Holds the election of Edinburgh 2022, ward 16, again with its 12,433 real ballots, on an installation that is up, checks the
count against the ballots, and audits the log.

  --registrar URL           where the registrar answers
  --ingestion URL,…         ingestion by REST
  --grpc HOST:PORT,…        ingestion by gRPC
  --results URL,…           aggregators
  --page URL                where people see the page
  --brokers HOST:PORT,…     Kafka's bootstrap brokers
  --databases-file FILE     the votes databases, one postgresql:// URL a line
  --managers-file FILE      managers, one "name token" a line; the first one holds the election
  --ballots FILE            other ballots than those that come with it
  --help

Exit status: 0 everything balances, 1 something does not.
`;

const list = (text: string | undefined) => (text ?? '').split(',').filter(item => item !== '');
const lines = (file: string) => readFileSync(file, 'utf8').trim().split('\n');

const OWN_BALLOTS = join(import.meta.dirname, '../../../examples/edinburgh-2022-ward-16.csv');
const NEEDED = [
  'registrar',
  'ingestion',
  'grpc',
  'results',
  'page',
  'brokers',
  'databases-file',
  'managers-file',
] as const;

async function main(): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      ...Object.fromEntries(NEEDED.map(name => [name, text] as const)),
      ballots: { type: 'string', default: OWN_BALLOTS },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const given = new Map(Object.entries(values));
  const need = (name: (typeof NEEDED)[number]): string => {
    const value = given.get(name);
    if (typeof value === 'string' && value !== '') return value;
    throw new Error(`--${name} is missing; --help lists what is needed`);
  };
  const stack: LocalStack = {
    registrarUrl: need('registrar'),
    ingestionUrls: list(need('ingestion')),
    grpcAddresses: list(need('grpc')),
    resultsUrls: list(need('results')),
    pageUrl: need('page'),
    brokers: list(need('brokers')),
    databaseUrls: lines(need('databases-file')),
    managerToken: lines(need('managers-file'))[0]?.split(/\s+/)[1] ?? '',
    processes: [],
  };
  const { ok, electionId } = await holdEdinburgh(stack, values.ballots);
  process.stdout.write(`${stack.pageUrl}/elections/${electionId}\n`);
  return ok ? 0 : 1;
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
});
