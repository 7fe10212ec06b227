import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { certificates } from './certificates.ts';
import { CHART } from './render.ts';

/** The scripts that pods run, on real sockets. */
const script = (name: string) => join(CHART, 'files/scripts', name);

const open: Server[] = [];
const directories: string[] = [];
afterAll(() => {
  for (const server of open) server.close();
  for (const directory of directories) rmSync(directory, { recursive: true });
});

async function listen(server: Server): Promise<number> {
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address: string | AddressInfo | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function run(name: string, args: readonly string[], environment: Record<string, string>) {
  return new Promise<{ status: number | null; output: string }>(resolve => {
    const child = execFile(
      process.execPath,
      [script(name), ...args],
      { env: environment },
      (_error, stdout, stderr) => resolve({ status: child.exitCode, output: stdout + stderr }),
    );
  });
}

/** Metrics as prom-client writes them with a default label. */
const heldBy = (held: () => number) =>
  createServer((_request, response) =>
    response.end(
      `# TYPE suffrage_ingestion_local_queue_held_votes gauge\nsuffrage_ingestion_local_queue_held_votes{service="ingestion"} ${held()}\n`,
    ),
  );

test('a pod that is to stop waits until its volume holds no votes', async () => {
  const left = [3, 2, 1];
  const port = await listen(heldBy(() => left.shift() ?? 0));
  const environment = { METRICS_ADDRESS: `http://127.0.0.1:${port}/metrics` };
  const { status, output } = await run('wait-for-empty-queue.mjs', ['600'], environment);
  expect({ status, output, left }).toEqual({ status: 0, output: 'no votes are held\n', left: [] });
});

test('it says so when votes are still held at the end of its time, or nobody knows', async () => {
  const port = await listen(heldBy(() => 7));
  const environment = { METRICS_ADDRESS: `http://127.0.0.1:${port}/metrics` };
  expect(await run('wait-for-empty-queue.mjs', ['1'], environment)).toEqual({
    status: 1,
    output: 'votes are still held on this volume: 7\n',
  });
  const nobody = { METRICS_ADDRESS: 'http://127.0.0.1:1/metrics' };
  expect(await run('wait-for-empty-queue.mjs', ['1'], nobody)).toMatchObject({ status: 1 });
});

async function authority() {
  const found = await certificates();
  const directory = mkdtempSync(join(tmpdir(), 'suffrage-tls-'));
  directories.push(directory);
  const read = (name: string) => found.find(name) ?? '';
  for (const name of ['ca.crt', 'tls.crt', 'tls.key']) writeFileSync(join(directory, name), read(name));
  return { directory, ca: read('ca.crt'), cert: read('tls.crt'), key: read('tls.key') };
}

/** HTTP/1.1 and HTTP/2: a service's health, and gRPC's health service answering SERVING. */
async function encryptedServer(options: { ca: string; cert: string; key: string }, asks: boolean) {
  const server = createSecureServer({
    ...options,
    allowHTTP1: true,
    requestCert: asks,
    rejectUnauthorized: asks,
  });
  server.on('request', (request, response) => {
    if (request.headers['content-type'] !== 'application/grpc') return void response.end('{"status":"ok"}');
    response.setHeader('content-type', 'application/grpc');
    response.end(Buffer.from([0, 0, 0, 0, 2, 8, 1]));
  });
  return `https://localhost:${await listen(server)}`;
}

test('the test of mutual TLS passes where certificates are asked for, and fails where they are not', async () => {
  const { directory, ...options } = await authority();
  const names = ['INGESTION', 'AGGREGATOR', 'REGISTRAR', 'INGESTION_GRPC', 'AGGREGATOR_GRPC'];
  for (const asks of [true, false]) {
    const origin = await encryptedServer(options, asks);
    const environment = Object.fromEntries(names.map(name => [name, origin]));
    const { status, output } = await run('test-mutual-tls.mjs', [], {
      ...environment,
      CERTIFICATES: directory,
    });
    const lines = output.trim().split('\n');
    expect(lines.length).toBe(10);
    expect(lines.filter(line => line.startsWith('FAILS')).length).toBe(asks ? 0 : 5);
    expect(status).toBe(asks ? 0 : 1);
  }
});

test('the test of gRPC fails where nobody serves', async () => {
  const { status, output } = await run('test-grpc.mjs', [], {
    INGESTION_GRPC: 'http://127.0.0.1:1',
    AGGREGATOR_GRPC: 'http://127.0.0.1:1',
    CERTIFICATES: '/nowhere',
  });
  expect(status).toBe(1);
  expect(output).toContain('FAILS');
});
