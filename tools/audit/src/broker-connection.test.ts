import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, expect, test } from '@jest/globals';
import { Writer } from '@platformatic/kafka';
import { type BrokerConnection, connectBroker } from './broker-connection.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server that is told of each request's number, and a connection to it. */
async function connectTo(onRequest: (socket: Socket, id: number) => void): Promise<BrokerConnection> {
  const server = createServer(socket => {
    socket.on('error', () => undefined);
    socket.on('data', request => onRequest(socket, request.readInt32BE(8)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has a port');
  const connection = await connectBroker({ host: '127.0.0.1', port: address.port });
  closers.push(
    () => connection.close(),
    () => server.close(),
  );
  return connection;
}

/** An answer with this body: its length, the request's number, no tagged fields. */
function answer(id: number, body: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeInt32BE(5 + body.length);
  head.writeInt32BE(id, 4);
  return Buffer.concat([head, body]);
}

async function ask(connection: BrokerConnection): Promise<string> {
  const room = Buffer.alloc(2 ** 20);
  const reader = await connection.request({ key: 1, version: 17 }, Writer.create(), () => room);
  return reader.buffer.slice(reader.position, reader.buffer.length).toString('latin1');
}

test('answers that arrive in any pieces are whole', async () => {
  const long = 'x'.repeat(600_000);
  const bodies = ['', 'one', long];
  const connection = await connectTo((socket, id) => {
    const bytes = answer(id, Buffer.from(bodies[id - 1] ?? ''));
    for (const [from, to] of [[0, 2], [2, 5], [5]]) socket.write(bytes.subarray(from, to));
  });
  for (const body of bodies) expect(await ask(connection)).toBe(body);
});

test.each([
  ['closes the connection', (socket: Socket) => socket.destroy(), 'closed the connection'],
  [
    'closes it in the middle of an answer',
    (socket: Socket, id: number) => socket.end(answer(id, Buffer.alloc(50)).subarray(0, 20)),
    'closed the connection',
  ],
  [
    'answers another request',
    (socket: Socket, id: number) => socket.write(answer(id + 1, Buffer.alloc(1))),
    'answered another request',
  ],
  [
    'is no broker',
    (socket: Socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
    'does not answer as',
  ],
])('a broker that %s fails the request, and the next one', async (_what, onRequest, said) => {
  const connection = await connectTo(onRequest);
  await expect(ask(connection)).rejects.toThrow(said);
  await expect(ask(connection)).rejects.toThrow('closed the connection');
});

test('a broker that is not there fails the request', async () => {
  const connection = await connectBroker({ host: '127.0.0.1', port: 1 });
  await expect(ask(connection)).rejects.toThrow('ECONNREFUSED');
});
