import { Client, credentials, type ServerDuplexStream, type ServiceError } from '@grpc/grpc-js';
import { afterEach, expect, test } from '@jest/globals';
import { refuse } from '@suffrage/contracts/errors';
import { serveGrpc } from '@suffrage/runtime/grpc/server';
import { createLifecycle } from '@suffrage/runtime/lifecycle';
import { createLog } from '@suffrage/runtime/log';
import { createMetrics } from '@suffrage/runtime/metrics';
import { answerStream, type OpenStream } from './answer-stream.ts';

const log = createLog('test', 'test', 'silent');
const identity = (bytes: Buffer) => bytes;
const path = '/test/Stream';
const method = {
  path,
  requestStream: true,
  responseStream: true,
  requestSerialize: identity,
  requestDeserialize: identity,
  responseSerialize: identity,
  responseDeserialize: identity,
};
let close = async () => {};
afterEach(() => close());

type Behaviour = Pick<Parameters<typeof answerStream<Buffer, Buffer>>[1], 'idleMillis' | 'answer'> & {
  readonly room?: () => Promise<void> | undefined;
};

/** A real server with one stream, and a client that sends `requests` and leaves its side open. */
async function openStream(behaviour: Behaviour, requests: readonly string[]) {
  const lifecycle = createLifecycle(log);
  const { promise: opened, resolve: open } = Promise.withResolvers<OpenStream>();
  const stream = (call: ServerDuplexStream<Buffer, Buffer>) =>
    open(answerStream(call, { maxUntaken: 2, room: () => undefined, ...behaviour }));
  const port = await serveGrpc(
    {
      host: '127.0.0.1',
      port: 0,
      services: { test: { definition: { stream: method }, implementation: { stream } } },
      maxMessageBytes: 1_024,
      unreadMillis: 60_000,
      reflection: false,
      endStreams: () => {},
      metrics: createMetrics('test'),
      log,
    },
    lifecycle,
  );
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  close = async () => {
    client.close();
    await lifecycle.close();
  };
  const call = client.makeBidiStreamRequest(path, identity, identity);
  const answers: string[] = [];
  call.on('data', (bytes: Buffer) => void answers.push(bytes.toString()));
  const end = new Promise<string>(resolve => {
    call.once('error', (error: ServiceError) => resolve(String(error.metadata.get('suffrage-code')[0])));
    call.once('end', () => resolve('OK'));
  });
  for (const request of requests) call.write(Buffer.from(request));
  return { answers, end, opened };
}

test('answers come in the order of the requests, whichever is ready first', async () => {
  const waiting: (() => void)[] = [];
  const answer = (request: Buffer) =>
    new Promise<Buffer>(resolve => {
      waiting.push(() => resolve(request));
      // Each pair is answered last first.
      if (waiting.length === 2) for (const ready of waiting.splice(0).toReversed()) ready();
    });
  const { answers, end, opened } = await openStream({ idleMillis: 60_000, answer }, ['1', '2', '3', '4']);
  const stream = await opened;
  while (answers.length < 4) await new Promise(resolve => setTimeout(resolve, 5));
  stream.end(refuse('not-ready'));
  expect(await end).toBe('not-ready');
  expect(answers).toEqual(['1', '2', '3', '4']);
  await stream.over;
}, 20_000);

test('a stream that is ended answers what it took and nothing else', async () => {
  const taken: (() => void)[] = [];
  const answer = (request: Buffer) => new Promise<Buffer>(resolve => taken.push(() => resolve(request)));
  const { answers, end, opened } = await openStream({ idleMillis: 60_000, answer }, ['1', '2', '3']);
  const stream = await opened;
  while (taken.length < 2) await new Promise(resolve => setTimeout(resolve, 5));
  stream.end(refuse('not-ready'));
  for (const ready of taken) ready();
  expect(await end).toBe('not-ready');
  expect(answers).toEqual(['1', '2']);
  expect(taken.length).toBe(2);
}, 20_000);

test('a stream is not read while there is no room', async () => {
  const room = Promise.withResolvers<void>();
  const asked = { full: true };
  const taken: string[] = [];
  const answer = async (request: Buffer) => {
    taken.push(request.toString());
    return request;
  };
  const { answers, opened } = await openStream(
    { idleMillis: 60_000, room: () => (asked.full ? room.promise : undefined), answer },
    ['1', '2', '3', '4'],
  );
  const stream = await opened;
  while (answers.length < 1) await new Promise(resolve => setTimeout(resolve, 5));
  // Taking its answer does not let it be read again.
  await new Promise(resolve => setTimeout(resolve, 100));
  const takenWhileFull = taken.length;
  asked.full = false;
  room.resolve();
  while (answers.length < 4) await new Promise(resolve => setTimeout(resolve, 5));
  expect(takenWhileFull).toBeLessThan(4);
  expect(answers).toEqual(['1', '2', '3', '4']);
  stream.end(refuse('not-ready'));
  await stream.over;
}, 20_000);

test('a stream that says nothing ends, one that waits for an answer does not', async () => {
  const answer = async (request: Buffer) => {
    await new Promise(resolve => setTimeout(resolve, 600));
    return request;
  };
  const { answers, end } = await openStream({ idleMillis: 200, answer }, ['1']);
  expect(await end).toBe('request-timeout');
  expect(answers).toEqual(['1']);
}, 20_000);
