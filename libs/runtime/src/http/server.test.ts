import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { Client } from 'undici';
import { refuse } from '@suffrage/contracts/errors';
import { createHealth } from '../health.ts';
import { createLog } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import { sendRefusal } from './problems.ts';
import { closeHttpServer, createHttpServer, listen } from './server.ts';

type Own = Partial<
  Pick<Parameters<typeof createHttpServer>[0], 'requestMillis' | 'streamMillis' | 'overload'>
>;
const newServer = (own: Own = {}) =>
  createHttpServer({
    ...own,
    title: 'test',
    log: createLog('test', 'test-0', 'silent'),
    health: createHealth('test', 'test-0', {}),
    metrics: createMetrics('test'),
    bodyLimit: 1_000,
  });

test('a request whose first bytes came before the closing is served, and its connection ends', async () => {
  const server = await newServer();
  const { port } = new URL(await server.listen({ host: '127.0.0.1', port: 0 }));
  const accepted = once(server.server, 'connection');
  const socket = connect(Number(port), '127.0.0.1');
  const [atServer]: Socket[] = await accepted;
  socket.write('GET /health/live HTTP/1.1\r\nHost: test\r\n');
  while (atServer?.bytesRead === 0) await nextTurn();
  const closed = closeHttpServer(server);
  while (server.server.listening) await nextTurn();
  socket.write('\r\n');
  const answer = await text(socket);
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(answer).toMatch(/^connection: close\r$/im);
  await closed;
});

const NETSTAT = '/proc/net/netstat';
const canCount = existsSync(NETSTAT) && Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8')) >= 2_000;

/** Connections that this machine had no room for since its start. */
function overflows(): number {
  const [names = [], values = []] = readFileSync(NETSTAT, 'utf8')
    .split('\n')
    .filter(line => line.startsWith('TcpExt:'))
    .map(line => line.split(' '));
  return Number(values[names.indexOf('ListenOverflows')]);
}

(canCount ? test : test.skip)('a thousand who come while the process is busy find room', async () => {
  const server = await newServer();
  const { port } = new URL(await listen(server, { host: '127.0.0.1', port: 0 }));
  const before = overflows();
  // All in one turn of the event loop: nothing is taken from the queue meanwhile.
  const sockets = Array.from({ length: 1_000 }, () => connect(Number(port), '127.0.0.1'));
  await Promise.all(sockets.map(socket => once(socket, 'connect')));
  expect(overflows() - before).toBeLessThan(100);
  for (const socket of sockets) socket.destroy();
  await closeHttpServer(server);
});

test('answers are kept nowhere and taken as the type they name, unless their route says otherwise', async () => {
  const server = await newServer();
  server.get('/kept', async (_request, reply) =>
    reply.header('cache-control', 'public, max-age=60').send({}),
  );
  for (const [url, kept] of [
    ['/health/live', 'no-store'],
    ['/unknown', 'no-store'],
    ['/kept', 'public, max-age=60'],
  ] as const) {
    const { headers } = await server.inject({ url });
    expect([url, headers['cache-control'], headers['x-content-type-options']]).toEqual([
      url,
      kept,
      'nosniff',
    ]);
    expect(headers['content-type']).toMatch(/; charset=utf-8$/);
  }
});

test('while it is full, what it asked about is refused as any refusal is, before anything of it is looked at', async () => {
  const overload = {
    mayRefuseSoon: () => true,
    refuses: ({ method }: { method: string }) => method === 'POST',
  };
  const server = await newServer({ overload });
  server.get('/refused', (_request, reply) => sendRefusal(reply, refuse('overloaded')));
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const [client, newcomer] = [new Client(url), new Client(url)];
  const answerTo = async (method: string, path: string, by = client) => {
    const { statusCode, headers, body } = await by.request({ method, path });
    const { date, ...others } = headers;
    return { date, answer: { status: statusCode, headers: others, body: await body.text() } };
  };
  const wanted = await answerTo('GET', '/refused');
  expect(wanted.answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  const byNode = await answerTo('POST', '/whatever', newcomer);
  expect(byNode.answer).toEqual(wanted.answer);
  const onSocket = await answerTo('POST', '/whatever');
  expect(onSocket.answer).toEqual(wanted.answer);
  expect([onSocket.date, byNode.date, wanted.date]).toEqual([
    undefined,
    expect.any(String),
    expect.any(String),
  ]);
  expect((await answerTo('GET', '/health/live')).answer).toMatchObject({ status: 200 });
  await Promise.all([client.close(), newcomer.close()]);
  await closeHttpServer(server);
});

test('a page of another origin is allowed nothing', async () => {
  const server = await newServer();
  const origin = 'https://elsewhere.example';
  const asked = { origin, 'access-control-request-method': 'POST' };
  for (const method of ['GET', 'OPTIONS'] as const) {
    const { headers } = await server.inject({ method, url: '/health/live', headers: asked });
    expect(Object.keys(headers).filter(name => name.startsWith('access-control-'))).toEqual([]);
  }
});

test('a fault of ours says nothing of itself in the answer', async () => {
  const server = await newServer();
  server.get('/fault', async () => {
    throw Object.assign(new Error('password planted-secret is wrong'), { detail: 'planted-secret' });
  });
  const { statusCode, body } = await server.inject({ url: '/fault' });
  expect(statusCode).toBe(500);
  expect(JSON.parse(body)).toEqual({
    type: 'urn:suffrage:problem:internal',
    code: 'internal',
    title: expect.any(String),
    status: 500,
  });
});

test.each([
  ['TRACE /health/live HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n', '404'],
  [
    'POST /health/live HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    '400',
  ],
])('what is said in two ways, or by a method that nobody offers, is refused: %j', async (request, status) => {
  const server = await newServer();
  const { port } = new URL(await server.listen({ host: '127.0.0.1', port: 0 }));
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(request);
  expect((await text(socket)).slice(0, 'HTTP/1.1 000'.length)).toBe(`HTTP/1.1 ${status}`);
  await closeHttpServer(server);
});

const head = (path: string, type: string, length: number) =>
  `POST ${path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`;

test('where streams may take long, a body that does not come is cut off, a slow stream and a slow answer are not', async () => {
  const requestMillis = 300;
  const server = await newServer({ requestMillis, streamMillis: 60_000 });
  server.addContentTypeParser('text/csv', (_request, body, done) => done(null, body));
  server.post<{ Body: Readable }>('/stream', async ({ body }) => ({ length: (await text(body)).length }));
  server.post('/slow', async () => {
    await sleep(requestMillis + 1_000);
    return { ok: true };
  });
  const { port } = new URL(await server.listen({ host: '127.0.0.1', port: 0 }));
  const begin = (start: string) => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(start);
    return socket;
  };
  const stream = begin(`${head('/stream', 'text/csv', 4)}ab`);
  const answers = [text(stream), text(begin(`${head('/slow', 'application/json', 2)}{}`))];
  const unfinished = begin(`${head('/slow', 'application/json', 100)}{`);
  await once(unfinished, 'close');
  expect(unfinished.bytesRead).toBe(0);
  // Longer than the look at all bodies after it may take.
  await sleep(requestMillis + 700);
  stream.write('cd');
  expect(await Promise.all(answers)).toEqual([
    expect.stringMatching(/^HTTP\/1\.1 200 [^]*\{"length":4\}$/),
    expect.stringMatching(/^HTTP\/1\.1 200 [^]*\{"ok":true\}$/),
  ]);
  await closeHttpServer(server);
}, 20_000);
