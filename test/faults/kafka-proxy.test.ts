import { createConnection, createServer } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { freePorts } from '@suffrage/stack/ports';
import { until } from '@suffrage/test/poll';
import { splitFrames, startKafkaProxy } from './kafka-proxy.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A frame of a request, or (without API key) of an answer. */
function frame(correlationId: number, apiKey?: number): Buffer {
  const body = Buffer.alloc(16);
  if (apiKey === undefined) body.writeInt32BE(correlationId);
  else {
    body.writeInt16BE(apiKey);
    body.writeInt32BE(correlationId, 4);
  }
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
}

test('frames are found again however the pieces are cut', () => {
  const sent = [frame(1), frame(2), frame(3)];
  const all = Buffer.concat(sent);
  for (let cut = 1; cut < all.length; cut += 1) {
    const split = splitFrames();
    expect([...split(all.subarray(0, cut)), ...split(all.subarray(cut))]).toEqual(sent);
  }
});

/** A broker that answers each request with its correlation ID, and a client behind the proxy that keeps what comes. */
async function connected() {
  const [listen = 0, target = 0] = await freePorts(2);
  const answered: number[] = [];
  const broker = createServer(socket => {
    const split = splitFrames();
    socket.on('error', () => undefined);
    socket.on('data', piece => {
      for (const request of split(Buffer.from(piece))) {
        answered.push(request.readInt32BE(8));
        socket.write(frame(request.readInt32BE(8)));
      }
    });
  });
  await new Promise<void>(resolve => broker.listen(target, '127.0.0.1', resolve));
  closing.push(() => new Promise(resolve => broker.close(resolve)));
  const proxy = await startKafkaProxy({ listen, target });
  closing.push(proxy.close);
  const client = createConnection({ host: '127.0.0.1', port: listen });
  const got: number[] = [];
  const split = splitFrames();
  client.on('data', piece => got.push(...split(Buffer.from(piece)).map(answer => answer.readInt32BE(4))));
  client.on('error', () => undefined);
  closing.push(() => client.destroy());
  return { proxy, client, got, answered };
}

const PRODUCE = 0;
const FETCH = 1;

test('a dropped acknowledgement is that of an append, which the broker has got all the same', async () => {
  const { proxy, client, got, answered } = await connected();
  proxy.inflict({ dropAcknowledgement: () => true });
  client.write(Buffer.concat([frame(1, FETCH), frame(2, PRODUCE), frame(3, FETCH)]));
  await until('the fetches are answered', () => got.length === 2);
  expect(answered).toEqual([1, 2, 3]);
  expect(got).toEqual([1, 3]);
});

test('an append that is cut in half never reaches the broker whole, and the connection ends', async () => {
  const { proxy, client, answered } = await connected();
  proxy.inflict({ resetRequest: () => true });
  const ended = new Promise<void>(resolve => client.once('close', () => resolve()));
  client.write(Buffer.concat([frame(1, FETCH), frame(2, PRODUCE)]));
  await ended;
  expect(answered).not.toContain(2);
});
