import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { WebSocket, WebSocketServer } from 'ws';
import { expectSoon } from '../test/expect-soon.ts';
import { listen } from '../test/listen.ts';
import { startTestWeb } from '../test/web.ts';

/** Refuses connections: nothing listens on port 1. */
const NOBODY = 'http://127.0.0.1:1';

const closings: (() => unknown)[] = [];
let pageDirectory = '';

beforeEach(async () => {
  pageDirectory = await mkdtemp(join(tmpdir(), 'web-'));
  await mkdir(join(pageDirectory, 'assets'));
  await writeFile(join(pageDirectory, 'index.html'), '<title>Suffrage</title>');
  await writeFile(join(pageDirectory, 'assets', 'index-Ab12.js'), 'page();');
  await writeFile(join(pageDirectory, 'assets', 'index-Ab12.js.gz'), gzipSync('page();'));
});

afterEach(async () => {
  for (const close of closings.splice(0).toReversed()) await close();
  await rm(pageDirectory, { recursive: true });
});

async function startUpstream(listener: RequestListener) {
  const server = createServer(listener);
  const origin = await listen(server);
  closings.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, origin };
}

async function startPage(upstreams: { ingestion?: string[]; results?: string[]; registrar?: string[] } = {}) {
  const { ingestion = [NOBODY], results = [NOBODY], registrar = [NOBODY] } = upstreams;
  const web = await startTestWeb({ ingestion, results, registrar }, pageDirectory);
  closings.push(web.close);
  return web;
}

const post = (url: string, body: string, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });

test('votes are spread over ingestion processes, byte for byte, and past one that refuses connections', async () => {
  const seen: string[] = [];
  const take = async (name: string) =>
    startUpstream((request, response) => {
      void text(request).then(body => {
        seen.push(
          `${name} ${request.method} ${request.url} ${body} ${request.headers.cookie ?? 'no cookie'}`,
        );
        response.writeHead(201).end();
      });
    });
  const [first, second] = [await take('first'), await take('second')];
  const { origin } = await startPage({ ingestion: [first.origin, NOBODY, second.origin] });
  const body = '{ "a": 1, "a":2 }';
  for (let votes = 0; votes < 4; votes++) {
    const { status } = await post(`${origin}/api/ingestion/v1/elections/e/votes?x=1`, body, {
      cookie: 'a=b',
    });
    expect(status).toBe(201);
  }
  const line = `POST /v1/elections/e/votes?x=1 ${body} no cookie`;
  expect(seen.toSorted()).toEqual([`first ${line}`, `first ${line}`, `second ${line}`, `second ${line}`]);
});

test('when no ingestion process takes a connection, nothing was stored and the answer says so', async () => {
  const { origin } = await startPage({ ingestion: [NOBODY, NOBODY] });
  const response = await post(`${origin}/api/ingestion/v1/elections/e/votes`, '{}');
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('1');
  expect(await response.json()).toMatchObject({ code: 'not-ready' });
});

test('a vote whose ingestion process is lost while it answers has an unknown outcome, and is not sent to another', async () => {
  let votes = 0;
  const lose: RequestListener = request => {
    votes += 1;
    request.socket.destroy();
  };
  const [first, second] = [await startUpstream(lose), await startUpstream(lose)];
  const { origin } = await startPage({ ingestion: [first.origin, second.origin] });
  const response = await post(`${origin}/api/ingestion/v1/elections/e/votes`, '{}');
  expect(response.status).toBe(504);
  expect(await response.json()).toMatchObject({ code: 'outcome-unknown' });
  expect(votes).toBe(1);
});

test('a refusal of an upstream is passed on at once, not repeated', async () => {
  let requests = 0;
  const { origin: results } = await startUpstream((_request, response) => {
    requests += 1;
    response.writeHead(503, { 'retry-after': '1' }).end('{"code":"overloaded"}');
  });
  const { origin } = await startPage({ results: [results] });
  const response = await fetch(`${origin}/api/results/v1/elections/e/results`);
  expect([response.status, await response.text(), requests]).toEqual([503, '{"code":"overloaded"}', 1]);
});

test('a vote larger than the limit is refused before any upstream sees it', async () => {
  const { origin } = await startPage();
  const response = await post(`${origin}/api/ingestion/v1/elections/e/votes`, 'x'.repeat(16 * 1024 + 1));
  expect(response.status).toBe(413);
});

test('a voter roll of any size passes through to the registrar', async () => {
  let bytes = 0;
  const { origin: registrar } = await startUpstream((request, response) => {
    void text(request).then(body => {
      bytes = body.length;
      response.end();
    });
  });
  const { origin } = await startPage({ registrar: [registrar] });
  const response = await post(`${origin}/api/registrar/v1/elections/e/roll`, 'x'.repeat(200_000));
  expect([response.status, bytes]).toEqual([200, 200_000]);
});

test('events pass as they come, and closing the server ends their streams', async () => {
  const { origin: results } = await startUpstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
  });
  const { origin, close } = await startPage({ results: [results] });
  const { body, headers } = await fetch(`${origin}/api/results/v1/elections/e/results/stream`);
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  expect(await reader?.read()).toEqual({ done: false, value: 'data: 1\n\n' });
  expect(headers.get('content-type')).toBe('text/event-stream');
  await close();
  await expect(reader?.read()).rejects.toThrow();
});

test('readers who leave before their answer begins do no harm', async () => {
  const waiting: (() => void)[] = [];
  const { origin: results } = await startUpstream((_request, response) => {
    waiting.push(() => response.end('late'));
  });
  const { origin } = await startPage({ results: [results] });
  const leaving = new AbortController();
  const left = fetch(`${origin}/api/results/v1/elections/e/results`, { signal: leaving.signal });
  await expectSoon(() => waiting.length === 1);
  leaving.abort();
  await expect(left).rejects.toThrow();
  const stays = fetch(`${origin}/api/results/v1/elections/e/results`);
  await expectSoon(() => waiting.length === 2);
  for (const answer of waiting) answer();
  expect(await (await stays).text()).toBe('late');
});

test('a WebSocket passes through for this origin and for no other', async () => {
  const { origin: results, server } = await startUpstream((_request, response) => void response.end());
  new WebSocketServer({ server }).on('connection', (socket, { url, headers }) =>
    socket.send(`hello ${url} ${headers.cookie ?? 'no cookie'}`),
  );
  const { origin } = await startPage({ results: [results] });
  const address = `${origin.replace('http', 'ws')}/api/results/v1/elections/e/results/socket`;
  const open = (from: string) =>
    new Promise<string>(resolve => {
      const socket = new WebSocket(address, { origin: from, headers: { cookie: 'a=b' } });
      closings.push(() => socket.terminate());
      socket.on('message', (data: Buffer) => resolve(data.toString()));
      socket.on('error', error => resolve(error.message));
    });
  expect(await open(origin)).toBe('hello /v1/elections/e/results/socket no cookie');
  expect(await open('https://elsewhere.example')).toBe('Unexpected server response: 403');
});

test('the registrar alone learns an address: that of the connection, or what a trusted proxy says, not what a client claims', async () => {
  const seen: string[] = [];
  const { origin: upstream } = await startUpstream(({ headers }, response) => {
    const told = ['x-forwarded-for', 'x-real-ip', 'forwarded', 'x-forwarded-host'].map(name => headers[name]);
    seen.push(told.map(value => value ?? '-').join(' '));
    response.end();
  });
  const upstreams = { ingestion: [upstream], results: [upstream], registrar: [upstream] };
  const claims = { 'x-forwarded-for': '192.0.2.7', 'x-real-ip': '192.0.2.7', forwarded: 'for=192.0.2.7' };
  for (const trusted of [undefined, ['127.0.0.1']]) {
    const web = await startTestWeb(
      upstreams,
      pageDirectory,
      trusted === undefined ? {} : { trustedProxies: trusted },
    );
    closings.push(web.close);
    for (const service of ['ingestion', 'results', 'registrar'])
      await fetch(`${web.origin}/api/${service}/v1/x`, { headers: claims });
  }
  expect(seen).toEqual(['- - - -', '- - - -', '127.0.0.1 - - -', '- - - -', '- - - -', '192.0.2.7 - - -']);
});

test('when somebody asked the registrar for something shows in no measurement', async () => {
  const { origin: upstream } = await startUpstream((_request, response) => void response.end());
  const { origin, metricsUrl } = await startPage({ registrar: [upstream], results: [upstream] });
  expect((await post(`${origin}/api/registrar/v1/elections/e/tokens`, '{}')).status).toBe(200);
  expect((await fetch(`${origin}/api/results/v1/elections/e/results`)).status).toBe(200);
  const measured = await (await fetch(metricsUrl)).text();
  expect(measured).toContain('route="/api/results');
  expect(measured).not.toContain('route="/api/registrar');
});

test('a WebSocket that no upstream takes is closed, without naming the upstream', async () => {
  const { origin } = await startPage();
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/api/results/v1/elections/e/results/socket`);
  const closed = await new Promise(resolve => {
    socket.on('close', (code, reason) => resolve([code, reason.toString()]));
  });
  expect(closed).toEqual([1011, '']);
});

test('a page of another origin can not use the addresses', async () => {
  const { origin } = await startPage();
  const response = await post(`${origin}/api/ingestion/v1/elections/e/votes`, '{}', {
    origin: 'https://elsewhere.example',
  });
  expect(response.status).toBe(403);
  expect(await response.json()).toMatchObject({ code: 'origin-refused' });
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
});

test('hashed files are kept for ever, the page that names them never', async () => {
  const { origin } = await startPage();
  const script = await fetch(`${origin}/assets/index-Ab12.js`);
  expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(script.headers.get('content-type')).toContain('javascript');
  expect([script.headers.get('content-encoding'), await script.text()]).toEqual(['gzip', 'page();']);
  for (const path of ['/', '/elections/edinburgh', '/index.html']) {
    const page = await fetch(`${origin}${path}`);
    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-store']);
  }
});

test('at an unknown address people get the page, programs a problem document', async () => {
  const { origin } = await startPage();
  const ask = (path: string, accept: string) => fetch(`${origin}${path}`, { headers: { accept } });
  const page = await ask('/nowhere', 'text/html');
  expect([page.status, await page.text()]).toEqual([404, '<title>Suffrage</title>']);
  for (const [path, accept] of [
    ['/nowhere', '*/*'],
    ['/api/nowhere', 'text/html'],
    ['/docs', '*/*'],
    ['/assets/old.js', '*/*'],
  ] as const) {
    const problem = await ask(path, accept);
    expect([problem.status, problem.headers.get('content-type')]).toEqual([
      404,
      'application/problem+json; charset=utf-8',
    ]);
  }
});

test('the page may talk to the providers that its users sign in at, and to nobody else besides', async () => {
  const upstreams = { ingestion: [NOBODY], results: [NOBODY], registrar: [NOBODY] };
  const connectSources = async (signInOrigins?: string[]) => {
    const web = await startTestWeb(upstreams, pageDirectory, signInOrigins ? { signInOrigins } : {});
    closings.push(web.close);
    const policy = (await fetch(web.origin)).headers.get('content-security-policy') ?? '';
    return policy.split('; ').find(directive => directive.startsWith('connect-src'));
  };
  expect(await connectSources()).toBe("connect-src 'self'");
  const providers = ['https://login.example', 'https://voters.example:8443'];
  expect(await connectSources(providers)).toBe(`connect-src 'self' ${providers.join(' ')}`);
});

test('every answer forbids inline code, framing and guessing of types, those of upstreams too', async () => {
  const { origin: results } = await startUpstream((_request, response) => {
    response.writeHead(200, { 'content-security-policy': "default-src * 'unsafe-inline'" }).end();
  });
  const { origin } = await startPage({ results: [results] });
  for (const path of ['/', '/api/results/v1/x', '/nowhere', '/health']) {
    const { headers } = await fetch(`${origin}${path}`);
    expect(headers.get('content-security-policy')).toMatch(
      /default-src 'none'; script-src 'self'; style-src 'self'/,
    );
    expect(headers.get('content-security-policy')).not.toContain('unsafe');
    expect([headers.get('x-content-type-options'), headers.get('x-frame-options')]).toEqual([
      'nosniff',
      'DENY',
    ]);
  }
});

test('it stays ready without its upstreams and names those that are missing', async () => {
  const { origin: registrar } = await startUpstream((_request, response) => void response.end());
  const { origin } = await startPage({ registrar: [registrar] });
  expect((await fetch(`${origin}/health/ready`)).status).toBe(200);
  expect(await (await fetch(`${origin}/health`)).json()).toMatchObject({
    status: 'degraded',
    dependencies: { ingestion: 'unavailable', results: 'unavailable', registrar: 'ok' },
  });
});

test('a connection that never carried a request does not keep the server from closing', async () => {
  const { origin, close } = await startPage();
  const idle = connect(Number(new URL(origin).port), '127.0.0.1');
  closings.push(() => idle.destroy());
  await once(idle, 'connect');
  expect((await fetch(`${origin}/health/live`)).status).toBe(200);
  await close();
  await expect(fetch(origin)).rejects.toThrow();
});

test('it does not start without a built page', async () => {
  await expect(
    startTestWeb({ ingestion: [NOBODY], results: [NOBODY], registrar: [NOBODY] }, tmpdir()),
  ).rejects.toThrow('pnpm --filter @suffrage/web build');
});

test('errors of the page are counted by kind and view, a bounded number of them, and nothing else is taken', async () => {
  const { origin, metricsUrl } = await startPage();
  const report = (body: object, headers?: Record<string, string>) =>
    post(`${origin}/page-errors`, JSON.stringify(body), headers).then(({ status }) => status);
  expect(await report({ kind: 'error', view: 'vote' })).toBe(204);
  expect(await report({ kind: 'part', view: 'vote of ada' })).toBe(204);
  expect(await report({ kind: 'ada', view: 'vote' })).toBe(400);
  expect(await report({ kind: 'error', view: 'vote', message: 'ada' })).toBe(400);
  expect(await report({ kind: 'error', view: 'v'.repeat(300) })).toBe(413);
  expect(await report({ kind: 'error', view: 'vote' }, { origin: 'https://evil.example' })).toBe(403);
  const measured = await (await fetch(metricsUrl)).text();
  expect(measured).toMatch(/suffrage_web_page_errors_total\{kind="error",view="vote"[^}]*\} 1\n/);
  expect(measured).toMatch(/suffrage_web_page_errors_total\{kind="part",view="other"[^}]*\} 1\n/);
  expect(measured).not.toContain('ada');
  const many = await Promise.all(Array.from({ length: 100 }, () => report({ kind: 'error', view: 'check' })));
  expect(many).toContain(429);
});
