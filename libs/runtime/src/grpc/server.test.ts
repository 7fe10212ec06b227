import { once } from 'node:events';
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type sendUnaryData, type ServerDuplexStream, type ServerUnaryCall, status } from '@grpc/grpc-js';
import { afterEach, expect, test } from '@jest/globals';
import { createLifecycle, type Lifecycle } from '../lifecycle.ts';
import { createLog } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import { serveGrpc } from './server.ts';

const log = createLog('test', 'test', 'silent');
/** What a request takes, once it is read. */
const BIG = 256 * 1024;
const LARGE = Buffer.alloc(1024 * 1024);
const identity = (bytes: Buffer) => bytes;
const method = (path: string, streams: boolean) => ({
  path,
  requestStream: streams,
  responseStream: streams,
  requestSerialize: identity,
  requestDeserialize: identity,
  responseSerialize: identity,
  responseDeserialize: identity,
});
/** Answers more than a client takes that does not read. */
const definition = {
  large: method('/test/Large', false),
  small: method('/test/Small', false),
  big: { ...method('/test/Big', false), requestDeserialize: () => Buffer.alloc(BIG) },
  stream: method('/test/Stream', true),
  burst: method('/test/Burst', true),
};
const BURST = 200;
const implementation = {
  large: (_call: ServerUnaryCall<Buffer, Buffer>, respond: sendUnaryData<Buffer>) => respond(null, LARGE),
  small: (_call: ServerUnaryCall<Buffer, Buffer>, respond: sendUnaryData<Buffer>) =>
    respond(null, Buffer.alloc(1)),
  big: (_call: ServerUnaryCall<Buffer, Buffer>, respond: sendUnaryData<Buffer>) =>
    respond(null, Buffer.alloc(1)),
  stream: (stream: ServerDuplexStream<Buffer, Buffer>) => {
    stream.on('data', () => stream.write(LARGE));
    stream.on('end', () => stream.end());
  },
  burst: (stream: ServerDuplexStream<Buffer, Buffer>) => {
    for (let message = 0; message < BURST; message += 1) stream.write(Buffer.alloc(1));
    stream.on('end', () => stream.end()).resume();
  },
};

const servers: Lifecycle[] = [];
const sessions: ClientHttp2Session[] = [];
afterEach(async () => {
  for (const session of sessions.splice(0)) session.destroy();
  for (const server of servers.splice(0)) await server.close();
});

async function serve(
  unreadMillis: number,
  maxCalls: Readonly<Record<string, number>> = {},
  isFull: (path: string) => boolean = () => false,
) {
  const own = createLifecycle(log);
  servers.push(own);
  const metrics = createMetrics('test');
  const services = { test: { definition, implementation } };
  const options = {
    host: '127.0.0.1',
    port: 0,
    maxMessageBytes: 4096,
    maxUnfinishedBytes: 100_000,
    reflection: false,
    endStreams: () => {},
    metrics,
    log,
  };
  const port = await serveGrpc({ ...options, services, unreadMillis, maxCalls, isFull }, own);
  return {
    metrics,
    close: () => own.close(),
    leave: () => own.leave(),
    connect: () => {
      const session = connect(`http://127.0.0.1:${port}`);
      session.on('error', () => undefined);
      sessions.push(session);
      return session;
    },
  };
}

const EMPTY = Buffer.alloc(5);
/** The head of a message of 4,000 bytes, of which none follows. */
const UNFINISHED = Buffer.from([0, 0, 0, 0x0f, 0xa0]);

function call(session: ClientHttp2Session, path: string) {
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  stream.on('error', () => undefined);
  return stream;
}

/** Reads to the end, from a moment on; the bytes of the answer and its status. */
async function answer(
  stream: ReturnType<typeof call>,
  from: Promise<unknown> = Promise.resolve(),
): Promise<{ bytes: number; grpc: number }> {
  let bytes = 0;
  const [head] = await once(stream, 'response');
  if (head['grpc-status'] !== undefined) return { bytes, grpc: Number(head['grpc-status']) };
  await from;
  stream.on('data', (chunk: Buffer) => void (bytes += chunk.length));
  const [trailers] = await once(stream, 'trailers');
  return { bytes, grpc: Number(trailers['grpc-status']) };
}

test('who does not read an answer loses the connection, who reads it late but in time does not', async () => {
  const { connect: open } = await serve(500);
  const [silent, late] = [open(), open()];
  call(silent, definition.large.path).end(EMPTY);
  call(open(), definition.stream.path).write(EMPTY);
  const pausing = call(late, definition.large.path);
  pausing.end(EMPTY);
  expect(await answer(pausing, sleep(100))).toEqual({ bytes: LARGE.length + 5, grpc: status.OK });
  for (const session of sessions) {
    if (session !== late && !session.closed) await once(session, 'close');
  }
  expect(late.destroyed).toBe(false);
}, 20_000);

test('a stream that is read goes on for longer than an unread one may', async () => {
  const { connect: open } = await serve(300);
  const stream = call(open(), definition.stream.path);
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => void (bytes += chunk.length));
  for (let message = 1; message <= 3; message += 1) {
    stream.write(EMPTY);
    await sleep(400);
  }
  stream.end();
  const [trailers] = await once(stream, 'trailers');
  expect(trailers['grpc-status']).toBe('0');
  expect(bytes).toBe(3 * (LARGE.length + 5));
}, 20_000);

test('who stops reading after the first of many messages loses the connection', async () => {
  const { connect: open } = await serve(500);
  const session = open();
  const stream = call(session, definition.stream.path);
  stream.write(Buffer.concat([EMPTY, EMPTY, EMPTY, EMPTY]));
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > 2 * LARGE.length) stream.pause();
  });
  await once(session, 'close');
  expect(bytes).toBeLessThan(4 * LARGE.length);
}, 20_000);

test('who reads nothing loses the connection, though it breaks the rules meanwhile', async () => {
  const { connect: open } = await serve(500);
  const session = open();
  const stream = call(session, definition.stream.path);
  stream.write(EMPTY);
  await once(stream, 'response');
  // Longer than a message may be, and more of it: the call is to end for each of the two.
  stream.write(Buffer.from([0, 0, 0, 0xff, 0xff]));
  await sleep(50);
  stream.write(Buffer.alloc(100));
  await once(session, 'close');
}, 20_000);

test('messages of a stream that are ready at one time leave together', async () => {
  const { connect: open } = await serve(60_000);
  const stream = call(open(), definition.burst.path).end();
  let frames = 0;
  stream.on('data', () => void (frames += 1));
  expect(await answer(stream)).toEqual({ bytes: 6 * BURST, grpc: status.OK });
  expect(frames).toBeLessThan(BURST / 10);
}, 20_000);

test('requests that do not arrive can not pile up: the connection that has sent most of them goes', async () => {
  const { connect: open } = await serve(60_000);
  const [patient, greedy] = [open(), open()];
  const slow = call(patient, definition.large.path);
  slow.write(UNFINISHED);
  const part = Buffer.concat([UNFINISHED, Buffer.alloc(3_000)]);
  for (let place = 0; place < 60; place += 1) call(greedy, definition.large.path).write(part);
  await once(greedy, 'close');
  slow.end(Buffer.alloc(4_000));
  expect(await answer(slow)).toMatchObject({ grpc: status.OK });
}, 20_000);

test('hundreds of small requests at once on one connection are answered, though all take long to arrive', async () => {
  const { connect: open } = await serve(60_000);
  const session = open();
  const streams = Array.from({ length: 400 }, () => call(session, definition.small.path));
  const began = streams.map(stream => new Promise<void>(resolve => stream.write(EMPTY, () => resolve())));
  await Promise.all(began);
  await sleep(400);
  const answers = streams.map(stream => answer(stream.end()));
  for (const answered of answers) expect(await answered).toEqual({ bytes: 6, grpc: status.OK });
}, 20_000);

test('calls beyond the limit of their method are refused, others are not', async () => {
  const { connect: open } = await serve(60_000, { [definition.stream.path]: 1 });
  const session = open();
  const first = call(session, definition.stream.path);
  await new Promise(resolve => first.write(EMPTY, resolve));
  expect(await answer(call(session, definition.stream.path).end())).toEqual({
    bytes: 0,
    grpc: status.UNAVAILABLE,
  });
  expect(await answer(call(session, definition.large.path).end(EMPTY))).toMatchObject({ grpc: status.OK });
  first.close(constants.NGHTTP2_CANCEL);
  // The reset may be noticed after the next call.
  const free: number = status.OK;
  let again = -1;
  while (again !== free) again = (await answer(call(session, definition.stream.path).end())).grpc;
}, 20_000);

test('calls are refused unread while the service is full, and served when it is not', async () => {
  let full = true;
  const { connect: open } = await serve(5_000, {}, path => full && path === definition.small.path);
  const session = open();
  const refused = call(session, definition.small.path);
  refused.write(UNFINISHED);
  expect(await answer(refused)).toEqual({ bytes: 0, grpc: status.UNAVAILABLE });
  const large = call(session, definition.large.path);
  large.end(EMPTY);
  expect((await answer(large)).grpc).toBe(status.OK);
  full = false;
  const small = call(session, definition.small.path);
  small.end(EMPTY);
  expect((await answer(small)).grpc).toBe(status.OK);
});

test('each call is in the metrics once it is over, by method and status, and none that a client made up', async () => {
  const { connect: open, metrics } = await serve(5_000, {}, path => path === definition.large.path);
  const session = open();
  await answer(call(session, definition.small.path).end(EMPTY));
  await answer(call(session, definition.large.path).end(EMPTY));
  await answer(call(session, '/test/made-up-by-a-client').end(EMPTY));
  const left = call(session, definition.stream.path);
  await new Promise(resolve => left.write(EMPTY, resolve));
  left.close(constants.NGHTTP2_CANCEL);
  const calls = async () => {
    const text = await metrics.registry.getSingleMetricAsString('suffrage_grpc_call_seconds');
    return [...text.matchAll(/_count\{service="test",(?<labels>[^}]*)\} (?<count>\d+)/g)]
      .map(({ groups }) => `${groups?.labels} ${groups?.count}`)
      .toSorted();
  };
  while ((await calls()).length < 3) await sleep(10);
  expect(await calls()).toEqual([
    'method="test/Large",status="UNAVAILABLE" 1',
    'method="test/Small",status="OK" 1',
    'method="test/Stream",status="CANCELLED" 1',
  ]);
}, 20_000);

test('closing answers what is under way, tells clients to leave and takes no more', async () => {
  const { connect: open, close } = await serve(60_000);
  const session = open();
  const leaving = once(session, 'goaway');
  const stream = call(session, definition.stream.path);
  const answered = answer(stream);
  stream.write(EMPTY);
  await once(stream, 'response');
  const closed = close();
  expect((await leaving)[0]).toBe(0);
  stream.end();
  expect(await answered).toEqual({ bytes: LARGE.length + 5, grpc: status.OK });
  await closed;
  await expect(once(open(), 'connect')).rejects.toThrow('ECONNREFUSED');
}, 20_000);

/** As a load balancer asks: the code is gRPC's, the status the health service's (1 SERVING, 2 NOT_SERVING). */
async function health(session: ClientHttp2Session): Promise<{ grpc: number; status: number | undefined }> {
  const stream = call(session, '/grpc.health.v1.Health/Check');
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => void chunks.push(chunk));
  const { grpc } = await answer(stream.end(EMPTY));
  return { grpc, status: Buffer.concat(chunks).at(-1) };
}

test('its health is SERVING until it leaves; then it says so and serves on', async () => {
  const { connect: open, leave } = await serve(60_000);
  const session = open();
  expect(await health(session)).toEqual({ grpc: status.OK, status: 1 });
  leave();
  expect(await health(session)).toEqual({ grpc: status.OK, status: 2 });
  expect(await answer(call(session, definition.small.path).end(EMPTY))).toEqual({
    bytes: 6,
    grpc: status.OK,
  });
  expect(await health(open())).toEqual({ grpc: status.OK, status: 2 });
}, 20_000);

test('what belonged to a call does not pile up in old memory', async () => {
  setFlagsFromString('--expose-gc');
  const collect: (options: { type: 'minor' | 'major' }) => void = runInNewContext('gc');
  const { connect: open } = await serve(1_000);
  const session = open();
  const callTenTimes = async () => {
    for (let i = 0; i < 10; i += 1) {
      const stream = call(session, '/test/Big');
      stream.resume().end(EMPTY);
      await once(stream, 'close');
    }
    // What is in use twice in a row is old.
    collect({ type: 'minor' });
    collect({ type: 'minor' });
  };
  await callTenTimes();
  collect({ type: 'major' });
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 20; i += 1) await callTenTimes();
  expect((process.memoryUsage().arrayBuffers - before) / BIG).toBeLessThan(40);
});
