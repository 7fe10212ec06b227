import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { Source } from './case.ts';
import type { ActionsSource } from './compare-actions.ts';
import { encryptionUsage, serviceEncryptionUsage } from './encryption.ts';
import type { FollowOptions } from './follow.ts';

export const usage = `Holds topic votes against the votes databases: every record has exactly one outcome, and all sums are right.

  node tools/audit/src/main.ts [options]

  --brokers HOST:PORT,…    Kafka's bootstrap brokers      } without these two: those of the
  --databases-file FILE    one postgresql:// URL a line   } local stack, running or with its services stopped
  --stack DIR              data directory of the local stack (default .data/local)
  --namespace NAME         prefix of the topics (default none)
  --wait TIME              wait that long for the processor to reach the end of the log: 500ms, 30s, 2m (default 0s)
  --journal FILE           receipts that a client kept, one JSON object a line: {"receipt": {…}}; may be repeated
  --results URL            compare with what the aggregator there has published (default: the local stack's, if it answers)
  --issued FILE|URL        hold it against the registrar's signed counts of issued tokens: of the registrar at this URL, or
                           from a file with one or a list; may be repeated (default: the local stack's registrar, if it answers)
  --actions FILE|URL       check the record of managers' actions: as exported from GET /v1/elections/ID/actions (one, or a
                           list; heads that were kept besides), or of the registrar at this URL; may be repeated
                           (default: the local stack's registrar, if it answers)
  --actions-token-file FILE  auditors' bearer tokens for that URL, one a line, one for each organisation; without one only
                           the heads are asked for (default: the local stack's managers')
  --named-report FILE      an earlier report, which an addendum to official results must name with its auditor's signature;
                           may be repeated. Without it no auditor's signature is verified: it is over the report
  --no-signatures          do not verify tokens: several times as fast, and says nothing of INV-3
  --scratch DIR            where to sort, 344 bytes for each record (default the system's directory for such)
  --partitions             show each partition
  --json FILE              write the whole report as JSON
  --key FILE               sign that file: FILE.sig beside it, and the public key in it (default: the local stack's
                           auditor.key)
  --receipt FILE           say what became of the vote of one disputed receipt, instead of auditing
  --follow                 audit over and over and export the findings as metrics, until stopped
  --interval TIME          from one such audit to the next (default 1m)
  --metrics-port PORT      where /metrics is served meanwhile (default 9469)
  --metrics-host ADDRESS   of which interface, such as 0.0.0.0 in a pod (default 127.0.0.1)
  --help

${encryptionUsage}${serviceEncryptionUsage}
An auditor's key, and how anybody checks a signed report:

  openssl genpkey -algorithm ed25519 -out auditor.pem
  openssl pkey -in auditor.pem -pubout -out auditor.pub
  openssl pkeyutl -verify -rawin -pubin -inkey auditor.pub -in out/audit.json -sigfile out/audit.json.sig

Exit status: 0 it balances (the receipt holds), 1 it does not, 2 the audit could not be made.
`;

export type Settings = {
  readonly brokers: readonly string[];
  readonly databaseUrls: readonly string[];
  readonly namespace: string;
  readonly waitMillis: number;
  readonly journals: readonly string[];
  readonly signatures: boolean;
  readonly scratch?: string;
  readonly partitions: boolean;
  readonly json: string | undefined;
  /** File of the auditor's private key. */
  readonly key: string | undefined;
  readonly receipt: string | undefined;
  readonly published?: Source;
  readonly issued: readonly Source[];
  readonly namedReports: readonly string[];
  readonly actions: readonly ActionsSource[];
  readonly follow: Pick<FollowOptions, 'intervalMillis' | 'metricsHost' | 'metricsPort'> | undefined;
};

/** Where `tools/stack` keeps the local stack, unless told otherwise. */
const LOCAL_STACK = process.env.SUFFRAGE_DATA ?? resolve(import.meta.dirname, '../../../.data/local');

/**
 * @returns `help` when it was asked for.
 * @throws Error with one sentence when the arguments or the files they name can't be used.
 */
export function readSettings(args: readonly string[]): Settings | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      brokers: { type: 'string' },
      'databases-file': { type: 'string' },
      stack: { type: 'string', default: LOCAL_STACK },
      namespace: { type: 'string', default: '' },
      wait: { type: 'string', default: '0s' },
      journal: { type: 'string', multiple: true, default: [] },
      'named-report': { type: 'string', multiple: true, default: [] },
      'no-signatures': { type: 'boolean', default: false },
      scratch: { type: 'string' },
      partitions: { type: 'boolean', default: false },
      json: { type: 'string' },
      key: { type: 'string' },
      receipt: { type: 'string' },
      results: { type: 'string' },
      issued: { type: 'string', multiple: true },
      actions: { type: 'string', multiple: true },
      'actions-token-file': { type: 'string' },
      follow: { type: 'boolean', default: false },
      interval: { type: 'string', default: '1m' },
      'metrics-port': { type: 'string', default: '9469' },
      'metrics-host': { type: 'string', default: '127.0.0.1' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  // What is wrong with the arguments themselves is said before anything is looked for.
  const waitMillis = readDuration('--wait', values.wait);
  const intervalMillis = readDuration('--interval', values.interval);
  const metricsPort = readPort(values['metrics-port']);
  if (values.key !== undefined && values.json === undefined)
    throw new Error('--key signs the file of --json: name that too');
  if (values.results !== undefined && !URL.canParse(values.results))
    throw new Error(`--results ${values.results}: give a URL such as http://127.0.0.1:8081`);
  const tokens = readTokens(values['actions-token-file']);
  const ofStack = values.brokers === undefined ? addressesOfStack(values.stack) : undefined;
  const published =
    values.results === undefined ? ofStack?.published : { from: values.results, isRequired: true };
  return {
    brokers: ofStack?.brokers ?? listOf(values.brokers ?? '', ','),
    databaseUrls: readDatabases(values['databases-file'] ?? join(values.stack, 'secrets/votes-databases')),
    namespace: values.namespace,
    waitMillis,
    journals: values.journal,
    signatures: !values['no-signatures'],
    ...(values.scratch === undefined ? {} : { scratch: values.scratch }),
    partitions: values.partitions,
    json: values.json,
    key: values.key ?? (values.json === undefined ? undefined : ofStack?.key),
    receipt: values.receipt,
    ...(published === undefined ? {} : { published }),
    issued: values.issued?.map(from => ({ from, isRequired: true })) ?? ofStack?.issued ?? [],
    namedReports: values['named-report'],
    actions: (values.actions?.map(from => ({ from, isRequired: true })) ?? ofStack?.actions ?? []).map(
      source => ({ ...source, tokens: tokens ?? ofStack?.managerTokens ?? [] }),
    ),
    follow: values.follow ? { intervalMillis, metricsHost: values['metrics-host'], metricsPort } : undefined,
  };
}

function readTokens(file: string | undefined): string[] | undefined {
  if (file === undefined) return undefined;
  const tokens = existsSync(file) ? listOf(readFileSync(file, 'utf8'), '\n') : [];
  if (tokens.length === 0 || tokens.some(token => /\s/.test(token)))
    throw new Error(`${file} must hold bearer tokens, one a line, and nothing else`);
  return tokens;
}

function listOf(text: string, separator: string): string[] {
  return text
    .split(separator)
    .map(item => item.trim())
    .filter(item => item !== '');
}

function readPort(text: string): number {
  const port = Number(text);
  if (text === '' || !Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--metrics-port ${text}: give a port from 0 (any free one) to 65535`);
  return port;
}

/** @returns milliseconds. @throws Error with one sentence. */
export function readDuration(option: string, text: string): number {
  const [, amount, unit] = /^(\d+)(ms|s|m)$/.exec(text) ?? [];
  if (amount === undefined) throw new Error(`${option} ${text}: give a time such as 500ms, 30s or 2m`);
  return Number(amount) * (unit === 'm' ? 60_000 : unit === 's' ? 1_000 : 1);
}

/** What we need of the stack's own file; the rest is its business. */
const stackFile = z.object({
  format: z.literal(1),
  parts: z.array(
    z.object({ description: z.object({ name: z.string(), ports: z.record(z.string(), z.int()) }) }),
  ),
});

function addressesOfStack(directory: string): {
  readonly brokers: readonly string[];
  readonly issued: readonly Source[];
  readonly actions: readonly Source[];
  /** They may read what auditors may. */
  readonly managerTokens: readonly string[];
  readonly published: Source | undefined;
  /** The auditor's key. */
  readonly key: string | undefined;
} {
  const file = join(directory, 'stack.json');
  if (!existsSync(file)) {
    throw new Error(
      `there is no local stack in ${directory}: start one with "make up", or name --brokers and --databases-file`,
    );
  }
  const read = stackFile.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!read.success)
    throw new Error(
      `${file} was written by another version of the project: name --brokers and --databases-file`,
    );
  const portsOf = (part: string, port: string) =>
    read.data.parts.flatMap(({ description: { name, ports } }) =>
      name.startsWith(part) ? (ports[port] ?? []) : [],
    );
  const brokers = portsOf('kafka-', 'kafka').map(port => `127.0.0.1:${port}`);
  if (brokers.length === 0)
    throw new Error(`the stack in ${directory} has no Kafka yet: start it with "make up"`);
  // One of them speaks for all; it may be stopped, as the stack's other services.
  const oneOf = (part: string) =>
    portsOf(part, 'http')
      .slice(0, 1)
      .map(port => ({ from: `http://127.0.0.1:${port}`, isRequired: false }));
  const [published] = oneOf('aggregator-');
  const key = join(directory, 'secrets/auditor.key');
  const tokens = join(directory, 'secrets/manager-tokens');
  return {
    brokers,
    issued: oneOf('registrar-'),
    actions: oneOf('registrar-'),
    managerTokens: existsSync(tokens)
      ? listOf(readFileSync(tokens, 'utf8'), '\n').map(line => line.split(/\s+/)[1] ?? '')
      : [],
    published,
    key: existsSync(key) ? key : undefined,
  };
}

/** URLs, one a line. @throws Error with one sentence when there are none, or one is none. */
export function readDatabases(file: string): string[] {
  if (!existsSync(file)) throw new Error(`${file}, which names the votes databases, is not there`);
  const urls = listOf(readFileSync(file, 'utf8'), '\n');
  const bad = urls.findIndex(url => !/^postgres(?:ql)?:\/\//.test(url) || !URL.canParse(url));
  if (urls.length === 0 || bad >= 0) {
    throw new Error(`${file}: line ${bad + 1} must be a postgresql:// URL`);
  }
  return urls;
}
