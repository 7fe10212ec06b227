import { spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { castVote } from '@suffrage/client/cast-vote';
import { grpcTransport } from '@suffrage/client/grpc-transport.node';
import { restTransport } from '@suffrage/client/transport';
import type { ElectionDefinition } from '@suffrage/contracts/election';
import { signBallot } from '@suffrage/demo/cast-ballots';
import { results } from '@suffrage/demo/manager';
import { programs } from '@suffrage/stack/paths';
import { NODE_ARGUMENTS } from '@suffrage/stack/services';
import { waitFor } from '@suffrage/stack/wait-for';
import { openSmallElection } from '@suffrage/test/small-election';
import { startSuite, type Suite } from '@suffrage/test/suite';

jest.setTimeout(180_000);

const VOTES = 40;
/** Long enough to cast the votes. */
const OPEN_MILLIS = 30_000;

let scratch: string;
let bundles: string;
let suite: Suite;
let definition: ElectionDefinition;
let bundled: Record<string, string>;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'suffrage-images-'));
  bundles = join(scratch, 'bundles');
  await bundle(bundles);
  // Now: Node keeps what it has compiled of the audit beside it.
  bundled = await hashes(bundles);
  suite = await startSuite({
    bundles,
    counts: { ingestion: 1, processor: 1, aggregator: 1 },
    // With a local queue, for the one native module that there is.
    extra: { ingestion: { SUFFRAGE_LOCAL_QUEUE_DIRECTORY: join(scratch, 'queue') } },
  });
  const closesAt = new Date(Date.now() + OPEN_MILLIS).toISOString();
  definition = await openSmallElection(suite, 'bundled', { closesAt });
}, 300_000);

afterAll(async () => {
  await suite?.stop();
  await rm(scratch, { recursive: true, force: true });
}, 120_000);

const bundle = async (directory: string) => {
  const { status, output } = await run([join(import.meta.dirname, 'main.ts'), '--out', directory]);
  if (status !== 0) throw new Error(output);
};

/** A program of its own, with nothing of this run's environment. */
async function run(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const child = spawn(programs.node, [...NODE_ARGUMENTS, ...args], {
    env: { PATH: process.env.PATH, HOME: scratch, ...environment },
    cwd: scratch,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', data => (output += String(data)));
  child.stderr.on('data', data => (output += String(data)));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { status, output };
}

const tool = (...args: readonly string[]) => run([join(bundles, 'tools/main.js'), ...args]);

const installation = () => [
  '--brokers',
  suite.stack.brokers.join(','),
  '--databases-file',
  suite.infrastructure.secrets.votesDatabases,
];

async function get(url: string) {
  const response = await fetch(url);
  return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
}

test('votes by REST and gRPC are counted by the bundled services', async () => {
  const { ingestionUrls, grpcAddresses, registrarUrl } = suite.stack;
  const rest = restTransport(ingestionUrls[0] ?? '');
  const grpc = grpcTransport(grpcAddresses[0] ?? '');
  const casts = await Promise.all(
    Array.from({ length: VOTES }, async (_, number) => {
      const marked = { mayor: [number % 4 === 0 ? 'bo' : 'ada'] };
      const ballot = await signBallot(registrarUrl, definition, marked);
      return castVote(number % 2 === 0 ? rest : grpc.transport, ballot);
    }),
  );
  grpc.close();
  // castVote accepts only receipts that verify.
  expect(casts.map(({ status }) => status)).toEqual(Array.from({ length: VOTES }, () => 'accepted'));
  const snapshot = await waitFor('the count', async () => {
    const newest = await results(suite.stack, definition.id);
    return newest?.counted === VOTES ? newest : undefined;
  });
  expect(snapshot.contests?.[0]?.options.map(({ id, votes }) => [id, votes])).toEqual([
    ['ada', 30],
    ['bo', 10],
  ]);
});

test('the page and the documents of the interfaces are in the images', async () => {
  const { pageUrl, ingestionUrls, registrarUrl, resultsUrls } = suite.stack;
  expect(String((await get(pageUrl)).bytes)).toMatch(/<script type="module"[^>]* src="\/assets\//);
  for (const url of [...ingestionUrls, ...resultsUrls, registrarUrl]) {
    expect(String((await get(`${url}/docs/json`)).bytes)).toContain('"openapi":"3.1');
    expect((await get(`${url}/docs/static/swagger-ui-bundle.js`)).status).toBe(200);
  }
});

test('the healthcheck of an image says whether its service is ready', async () => {
  const processor = suite.services.places.find(({ kind }) => kind === 'processor');
  const healthy = (port: unknown) =>
    run([join(bundles, 'processor/healthy.js')], { SUFFRAGE_METRICS_PORT: String(port) });
  expect((await healthy(processor?.ports.metrics)).status).toBe(0);
  expect((await healthy(9)).status).toBe(1);
});

test('the bundled audit balances, and the official results and votes come out when the election is closed', async () => {
  const issued = ['--issued', suite.stack.registrarUrl];
  const audit = await tool('audit', ...installation(), '--wait', '30s', ...issued);
  expect(audit).toEqual({ status: 0, output: expect.stringContaining('balances') });
  const pdf = await waitFor(
    'the official results',
    async () => {
      const { status, bytes } = await get(
        `${suite.stack.resultsUrls[0]}/v1/elections/${definition.id}/results/document.pdf`,
      );
      return status === 200 ? bytes : undefined;
    },
    120_000,
  );
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  const out = join(scratch, 'export');
  const exported = await tool('export', ...installation(), '--election', definition.id, '--out', out);
  expect(exported).toEqual({ status: 0, output: expect.stringContaining(`${VOTES} votes`) });
  const votes = (await readFile(join(out, 'votes.ndjson'), 'utf8')).trimEnd().split('\n');
  expect(votes).toHaveLength(VOTES);
});

test('every tool that takes arguments explains itself, and a wrong name is refused', async () => {
  const { output } = await tool('--help');
  for (const name of ['audit', 'export', 'election', 'requeue', 'publish-audit', 'demo', 'make-secrets']) {
    expect(output).toMatch(new RegExp(`^  ${name} +\\w`, 'm'));
    expect([name, await tool(name, '--help')]).toEqual([name, { status: 0, output: expect.any(String) }]);
  }
  expect((await tool('no-such')).status).toBe(2);
});

test('an election file is taken by the bundled tool', async () => {
  const token = suite.infrastructure.secrets.managerTokens;
  const { status, output } = await run([
    join(bundles, 'tools/main.js'),
    'election',
    join(bundles, 'tools/files/examples/election.json'),
    '--registrar',
    suite.stack.registrarUrl,
    '--stack',
    join(token, '../..'),
  ]);
  expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('draft') });
});

test('the bill of materials names what an image holds, and nothing else', async () => {
  const bill: unknown = JSON.parse(await readFile(join(bundles, 'processor/sbom.cdx.json'), 'utf8'));
  expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' });
  const text = JSON.stringify(bill);
  for (const name of ['kafkajs', 'pg', 'ioredis', 'zod', 'pino']) expect(text).toContain(`"pkg:npm/${name}@`);
  for (const name of ['jest', 'typescript', 'pdfkit', 'classic-level'])
    expect(text).not.toContain(`npm/${name}@`);
});

test('the same sources give the same bytes', async () => {
  const again = join(scratch, 'again');
  await bundle(again);
  expect(await hashes(again)).toEqual(bundled);
});

/** Of each file below a directory. */
async function hashes(directory: string): Promise<Record<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    await Promise.all(
      files
        .toSorted()
        .map(async file => [relative(directory, file), hash('sha256', await readFile(file))] as const),
    ),
  );
}
