import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { refuseOnSockets } from './refuse-on-sockets.ts';

const REFUSED = 'HTTP/1.1 503 Full\r\ncontent-length: 7\r\n\r\nrefused';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

type Behaviour = {
  readonly mayRefuseSoon?: () => boolean;
  readonly refuses?: () => boolean;
  readonly answers?: RequestListener;
  readonly options?: ServerOptions;
  readonly refusal?: string;
};

/** Counts what Node has read, and answers each with its own address. */
async function serve(behaviour: Behaviour) {
  const {
    mayRefuseSoon = () => true,
    refuses = () => true,
    answers,
    options = {},
    refusal = REFUSED,
  } = behaviour;
  const seen: string[] = [];
  const server = createServer(options);
  servers.push(server);
  const noteResponse = refuseOnSockets(server, { mayRefuseSoon, refuses, answer: Buffer.from(refusal) });
  server.on('request', (request, response) => {
    noteResponse(response);
    seen.push(request.url ?? '');
    if (answers) answers(request, response);
    else response.end(request.url);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const open = () => connect((server.address() as AddressInfo).port, '127.0.0.1').setNoDelay();
  return { server, seen, open };
}

const post = (path: string, body = '{}', ...fields: string[]) =>
  [`POST ${path} HTTP/1.1`, 'host: a', `content-length: ${body.length}`, ...fields, '', body].join('\r\n');

/** Bodies of the answers that have come, and `...` for the beginning of one. */
function bodiesOf(received: string): string[] {
  const bodies: string[] = [];
  for (let at = 0; at < received.length; ) {
    const begin = received.indexOf('\r\n\r\n', at) + 4;
    const length = /\r\ncontent-length: ([0-9]+)\r\n/i.exec(received.slice(at, begin))?.[1];
    if (length === undefined || begin + Number(length) > received.length) return [...bodies, '...'];
    at = begin + Number(length);
    bodies.push(received.slice(begin, at));
  }
  return bodies;
}

async function answersTo(socket: Socket, pieces: readonly string[], count: number): Promise<string[]> {
  let received = '';
  socket.on('data', more => (received += String(more)));
  for (const piece of pieces) {
    const before = received.length;
    socket.write(piece, 'latin1');
    for (let turn = 0; turn < 50 && received.length === before; turn += 1) await nextTurn();
  }
  const ends = Date.now() + 5_000;
  while (bodiesOf(received).filter(body => body !== '...').length < count && Date.now() < ends)
    await sleep(1);
  socket.destroy();
  return bodiesOf(received);
}

test('the first request is for Node, those behind it are refused without it', async () => {
  const { seen, open } = await serve({});
  const answers = await answersTo(open(), [post('/1'), post('/2'), post('/3')], 3);
  expect(answers).toEqual(['/1', 'refused', 'refused']);
  expect(seen).toEqual(['/1']);
});

test('a connection that was opened while nothing was near stays all Node’s', async () => {
  const { seen, open } = await serve({ mayRefuseSoon: () => false });
  expect(await answersTo(open(), [post('/1'), post('/2')], 2)).toEqual(['/1', '/2']);
  expect(seen).toEqual(['/1', '/2']);
});

test('one behind another that waits for its answer is not refused before it', async () => {
  const { open } = await serve({
    answers: (request, response) => void setTimeout(() => response.end(request.url), 50),
  });
  const answers = await answersTo(open(), [post('/1'), post('/2'), post('/3')], 3);
  expect(answers).toEqual(['/1', '/2', '/3']);
});

test('what looks like a request within the body of one that was answered before it came is read as a body', async () => {
  const { seen, open } = await serve({});
  const inner = post('/inner');
  const whole = post('/2', inner);
  const head = whole.slice(0, -inner.length);
  expect(await answersTo(open(), [post('/1'), head, inner, post('/3')], 3)).toEqual(['/1', '/2', '/3']);
  expect(seen).toEqual(['/1', '/2', '/3']);
});

test('a connection that ends with its last answer gets none behind it', async () => {
  const { server, open } = await serve({
    answers: (request, response) => void response.setHeader('connection', 'close').end(request.url),
  });
  const errors: unknown[] = [];
  server.on('clientError', (error, socket) => void (errors.push(error), socket.destroy()));
  const socket = open();
  const all = text(socket);
  socket.write(post('/1'));
  socket.write(post('/2'));
  expect(bodiesOf(await all)).toEqual(['/1']);
  expect(errors).toEqual([]);
});

test('what follows an upgrade is read by whom it was upgraded for, and never as a request', async () => {
  const { server, seen, open } = await serve({});
  const upgraded: string[] = [];
  server.on('upgrade', (_request, socket) => {
    socket.on('data', bytes => upgraded.push(String(bytes)));
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\ncontent-length: 0\r\n\r\n',
    );
  });
  const socket = open();
  socket.write('GET /1 HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n');
  await once(socket, 'data');
  // Node would give the same parser to whoever comes next.
  const other = open().on('data', bytes => seen.push(`to the other: ${String(bytes)}`));
  await once(other, 'connect');
  socket.write(post('/2'));
  while (upgraded.length === 0) await sleep(1);
  expect(upgraded).toEqual([post('/2')]);
  expect(seen).toEqual([]);
  for (const each of [socket, other]) each.destroy();
});

test('who does not read the answers has no more of them made', async () => {
  const { seen, open } = await serve({ refusal: REFUSED.padEnd(10_000_000) });
  const socket = open().pause();
  const written = Array.from({ length: 20 }, (_, at) => post(`/${at}`));
  for (const piece of written) {
    socket.write(piece);
    await sleep(5);
  }
  expect(seen.length).toBeGreaterThan(1);
  socket.destroy();
});

test('refused ones keep a connection open as long as others, and it is closed when nothing comes', async () => {
  // Node also ends connections that never brought a request.
  const { open } = await serve({
    options: { keepAliveTimeout: 300, headersTimeout: 200, connectionsCheckingInterval: 50 },
  });
  const socket = open();
  const closed = once(socket, 'close');
  let received = '';
  socket.on('data', more => (received += String(more)));
  for (let sent = 0; sent < 10; sent += 1) {
    socket.write(post(`/${sent}`));
    await sleep(100);
  }
  expect(bodiesOf(received)).toEqual(['/0', ...Array.from({ length: 9 }, () => 'refused')]);
  await closed;
  expect(bodiesOf(received)).toHaveLength(10);
});

test('each request of a connection has one answer, in order, however they are written, cut and answered', async () => {
  const kind = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('plain', 'keep-alive', 'nested') },
    { weight: 1, arbitrary: fc.constantFrom('chunked', 'no body') },
  );
  const written = (what: string, path: string) => {
    switch (what) {
      case 'chunked':
        return `POST ${path} HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`;
      case 'keep-alive':
        return post(path, '{}', 'connection: keep-alive');
      case 'no body':
        return `GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`;
      case 'nested':
        return post(path, post('/inner'));
      default:
        return post(path);
    }
  };
  const requests = fc.array(kind, { minLength: 2, maxLength: 8 });
  const cuts = fc.array(fc.nat(1_000), { maxLength: 4 });
  let refused = 0;
  const { seen, open } = await serve({
    refuses: () => Math.random() < 0.7,
    answers: (request, response) => {
      const answer = () => void response.end(request.url);
      if (Math.random() < 0.5) answer();
      else setTimeout(answer, 3 * Math.random());
    },
  });
  await fc.assert(
    fc.asyncProperty(requests, cuts, fc.boolean(), async (kinds, places, isWhole) => {
      seen.length = 0;
      const texts = kinds.map((what, at) => written(what, `/${at}`));
      const all = texts.join('');
      const ends = [...new Set([...places.map(place => place % all.length), all.length])].toSorted(
        (a, b) => a - b,
      );
      const pieces = isWhole ? texts : ends.map((end, at) => all.slice(ends[at - 1] ?? 0, end));
      const answers = await answersTo(open(), pieces, kinds.length);
      refused += answers.filter(answer => answer === 'refused').length;
      const expected = kinds.map((_, at) => (answers[at] === 'refused' ? 'refused' : `/${at}`));
      expect(answers).toEqual(expected);
      expect(seen).toEqual(expected.filter(answer => answer !== 'refused'));
    }),
    { numRuns: 300 },
  );
  expect(refused).toBeGreaterThan(50);
}, 60_000);
