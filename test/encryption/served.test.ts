import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { callService } from '@suffrage/audit/call-service';
import { createHealth } from '@suffrage/runtime/health';
import { serveGrpc } from '@suffrage/runtime/grpc/server';
import { serveMetrics } from '@suffrage/runtime/http/metrics-server';
import { closeHttpServer, createHttpServer } from '@suffrage/runtime/http/server';
import { createLifecycle } from '@suffrage/runtime/lifecycle';
import { createLog } from '@suffrage/runtime/log';
import { createMetrics } from '@suffrage/runtime/metrics';
import { clientTls } from '@suffrage/runtime/tls/follow-files';
import { createPeerFetch } from '@suffrage/runtime/tls/peers';
import type { TlsFiles } from '@suffrage/runtime/tls/read-tls';
import { servedTls } from '@suffrage/runtime/tls/serve-tls';
import { service as healthService } from 'grpc-health-check';
import { createAuthority } from '../support/certificates.ts';
import { type WrittenFiles, writeTls } from '../support/encrypted-servers.ts';

const log = createLog('test', 'test', 'silent');
const lifecycle = createLifecycle(log);
const directory = mkdtempSync(join(tmpdir(), 'suffrage-served-'));

let server: WrittenFiles;
let client: WrittenFiles;
let stranger: WrittenFiles;
let ports: { readonly http: number; readonly grpc: number; readonly metrics: number };

beforeAll(async () => {
  const authority = await createAuthority('ours');
  const other = await createAuthority('another');
  server = await writeTls(directory, 'server', authority.pem, await authority.issue('server'));
  client = await writeTls(directory, 'client', authority.pem, await authority.issue('client'));
  stranger = await writeTls(directory, 'stranger', other.pem, await other.issue('client'));
  ports = await serve();
}, 60_000);
afterAll(async () => {
  await lifecycle.close();
  rmSync(directory, { recursive: true });
});

async function serve() {
  const tls = servedTls(
    {
      SUFFRAGE_TLS_CERTIFICATE_FILE: server.certificate,
      SUFFRAGE_TLS_KEY_FILE: server.key,
      SUFFRAGE_TLS_CLIENT_CA_FILE: server.ca,
    },
    log,
  );
  const health = createHealth('test', 'test-0', {});
  const metrics = createMetrics('test');
  const host = '127.0.0.1';
  const http = await createHttpServer({ title: 'test', log, health, metrics, bodyLimit: 1_024, tls });
  const address = await http.listen({ host, port: 0 });
  lifecycle.onClose('http', () => closeHttpServer(http));
  const grpc = await serveGrpc(
    {
      host,
      port: 0,
      services: {},
      maxMessageBytes: 1_024,
      unreadMillis: 1_000,
      reflection: false,
      endStreams: () => undefined,
      tls,
      metrics,
      log,
    },
    lifecycle,
  );
  const metricsPort = await serveMetrics({ host, port: 0, health, metrics }, lifecycle);
  return { http: Number(new URL(address).port), grpc, metrics: metricsPort };
}

/** What a client with these files is answered over HTTPS, or why nothing. */
async function askHttp(files: TlsFiles): Promise<string> {
  const own = createLifecycle(log);
  const fetchPeer = createPeerFetch(clientTls(files, log), own);
  try {
    const signal = AbortSignal.timeout(5_000);
    const response = await fetchPeer(new URL(`https://127.0.0.1:${ports.http}/health/ready`), { signal });
    return `${response.ok} ${JSON.stringify(await response.json())}`;
  } catch (error) {
    return explain(error);
  } finally {
    await own.close();
  }
}

/** The same of gRPC's health service. */
function askGrpc(files: TlsFiles): Promise<string> {
  const { secureContext } = clientTls(files, log);
  const grpc = new Client(`127.0.0.1:${ports.grpc}`, credentials.createFromSecureContext(secureContext));
  const { Check } = healthService;
  if (!Check) throw new Error('the health service has no Check');
  const { path, requestSerialize, responseDeserialize } = Check;
  return new Promise(resolve => {
    const deadline = Date.now() + 5_000;
    grpc.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      { service: '' },
      { deadline },
      (error: ServiceError | null, answer: unknown) => {
        grpc.close();
        resolve(error ? error.details : JSON.stringify(answer));
      },
    );
  });
}

function explain(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const { message = '', cause } = error as { message?: string; cause?: unknown };
  return cause === undefined ? message : `${message}: ${explain(cause)}`;
}

test('a client with a certificate of our authority is served over HTTPS and gRPC', async () => {
  expect(await askHttp(client)).toContain('"status":"ok"');
  expect(await askGrpc(client)).toContain('SERVING');
}, 30_000);

test.each([
  ['no certificate', () => ({ ca: client.ca })],
  ['a certificate of another authority', () => ({ ...stranger, ca: client.ca })],
])(
  'a client with %s is served neither over HTTPS nor over gRPC',
  async (_what, files) => {
    expect(await askHttp(files())).toMatch(
      /certificate required|unknown ca|ECONNRESET|other side closed|decrypt error/i,
    );
    expect(await askGrpc(files())).not.toContain('SERVING');
  },
  30_000,
);

test('a server of another authority is not talked to', async () => {
  expect(await askHttp({ ...client, ca: stranger.ca })).toContain('self-signed certificate');
  expect(await askGrpc({ ...client, ca: stranger.ca })).toContain('self-signed certificate');
}, 30_000);

test('probes and measurements need no certificate, on their own port', async () => {
  for (const path of ['health', 'health/live', 'health/ready', 'metrics'])
    expect((await fetch(`http://127.0.0.1:${ports.metrics}/${path}`)).status).toBe(200);
}, 30_000);

test('who connects to an encrypted port without TLS is not served', async () => {
  await expect(fetch(`http://127.0.0.1:${ports.http}/health/ready`)).rejects.toThrow();
}, 30_000);

test('tools show the certificate that their environment names, as it is by then', async () => {
  const url = new URL(`https://127.0.0.1:${ports.http}/health/ready`);
  const before = { ...process.env };
  const call = async (files: TlsFiles) => {
    Object.assign(process.env, {
      SUFFRAGE_PEER_CA_FILE: files.ca,
      SUFFRAGE_PEER_CERTIFICATE_FILE: files.certificate,
      SUFFRAGE_PEER_KEY_FILE: files.key,
    });
    // The connection of the call before is not used again.
    const headers = { connection: 'close' };
    return callService(url, { headers, signal: AbortSignal.timeout(5_000) }).then(
      async answer => `${answer.status} ${JSON.stringify(await answer.json())}`,
      explain,
    );
  };
  try {
    expect(await call({ ...stranger, ca: server.ca })).not.toContain('200');
    expect(await call({ ...client, ca: stranger.ca })).toContain('self-signed certificate');
    expect(await call(client)).toContain('200');
    expect(await call({ ...client, key: join(directory, 'nowhere') })).toContain('ENOENT');
    delete process.env.SUFFRAGE_PEER_KEY_FILE;
    await expect(callService(url, {})).rejects.toMatchObject({
      cause: { message: expect.stringContaining('must be set together') },
    });
  } finally {
    process.env = before;
  }
}, 30_000);
