import { connect, type Socket } from 'node:net';
import { Connection, type ConnectionOptions, Reader, Writer } from '@platformatic/kafka';
import { kafkaEncryption } from './encryption.ts';

/**
 * One request after another to one broker, answered into memory that is used over and over. The client's own connection
 * takes new memory for all that it reads, and the log is long: collecting that garbage cost more than reading.
 */
export type BrokerConnection = {
  /**
   * @param into makes room for an answer of that many bytes.
   * @returns the answer behind its head. @throws Error when it does not come within 10 s.
   */
  request(
    api: { readonly key: number; readonly version: number },
    payload: Writer,
    into: (bytes: number) => Buffer,
  ): Promise<Reader>;
  close(): void;
};

export type BrokerAddress = { readonly host: string; readonly port: number };

const CLIENT_ID = 'suffrage-audit';
const CONNECT_MILLIS = 3_000;
const REQUEST_MILLIS = 10_000;
const READ_BYTES = 256 * 1024;
const SIZE_BYTES = 4;
const MAX_ANSWER_BYTES = 2 ** 30;

type Waiting = {
  readonly correlationId: number;
  readonly into: (bytes: number) => Buffer;
  readonly resolve: (answer: Reader) => void;
  readonly reject: (error: Error) => void;
};

/** @throws Error when an encrypted connection can't be had; a plain one says so with its first request. */
export async function connectBroker(
  { host, port }: BrokerAddress,
  encryption: Pick<ConnectionOptions, 'tls' | 'sasl'> = kafkaEncryption(),
): Promise<BrokerConnection> {
  const size = Buffer.alloc(SIZE_BYTES);
  let sizeFilled = 0;
  let answer: Buffer | undefined;
  let filled = 0;
  let waiting: Waiting | undefined;
  let lastId = 0;

  const settle = (act: (request: Waiting) => void) => {
    const request = waiting;
    waiting = undefined;
    answer = undefined;
    sizeFilled = 0;
    socket.setTimeout(0);
    if (request) act(request);
  };
  const fail = (error: Error) => {
    socket.destroy();
    settle(({ reject }) => reject(error));
  };
  const take = (chunk: Buffer) => {
    for (let at = 0; at < chunk.length; ) {
      if (!waiting) return fail(new Error(`${host}:${port} answered what was not asked`));
      if (!answer) {
        const copied = chunk.copy(size, sizeFilled, at);
        sizeFilled += copied;
        at += copied;
        if (sizeFilled < SIZE_BYTES) return;
        const bytes = size.readUInt32BE();
        if (bytes > MAX_ANSWER_BYTES)
          return fail(new Error(`${host}:${port} does not answer as a broker does`));
        answer = waiting.into(bytes).subarray(0, bytes);
        filled = 0;
      }
      const copied = chunk.copy(answer, filled, at);
      filled += copied;
      at += copied;
      if (filled === answer.length) finish(answer);
    }
  };
  const finish = (whole: Buffer) => {
    const reader = Reader.from(whole);
    const correlationId = reader.readInt32();
    if (correlationId !== waiting?.correlationId)
      return fail(new Error(`${host}:${port} answered another request`));
    reader.readTaggedFields();
    settle(({ resolve }) => resolve(reader));
  };
  const socket = encryption.tls
    ? await openEncrypted({ host, port }, encryption, take)
    : open(host, port, take);
  if (socket.connecting) socket.setTimeout(CONNECT_MILLIS);
  socket.once('connect', () => socket.setTimeout(waiting ? REQUEST_MILLIS : 0));
  socket.on('timeout', () => fail(new Error(`${host}:${port} does not answer`)));
  socket.on('error', fail);
  socket.on('close', () => fail(new Error(`${host}:${port} closed the connection`)));

  return {
    request: ({ key, version }, payload, into) =>
      new Promise((resolve, reject) => {
        lastId += 1;
        if (socket.destroyed) return reject(new Error(`${host}:${port} closed the connection`));
        waiting = { correlationId: lastId, into, resolve, reject };
        if (!socket.connecting) socket.setTimeout(REQUEST_MILLIS);
        const head = Writer.create().appendInt16(key).appendInt16(version).appendInt32(lastId);
        head.appendString(CLIENT_ID, false).appendTaggedFields();
        socket.write(head.appendFrom(payload).prependLength().buffer);
      }),
    close: () => socket.destroy(),
  };
}

function open(host: string, port: number, onData: (chunk: Buffer) => void): Socket {
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  const callback = (bytes: number) => {
    onData(buffer.subarray(0, bytes));
    return true;
  };
  return connect({ host, port, noDelay: true, onread: { buffer, callback } });
}

/** The client shakes hands and says who we are; what comes afterwards is ours. Its memory is the garbage collector's. */
async function openEncrypted(
  { host, port }: BrokerAddress,
  encryption: Pick<ConnectionOptions, 'tls' | 'sasl'>,
  onData: (chunk: Buffer) => void,
): Promise<Socket> {
  const connection = new Connection(CLIENT_ID, { connectTimeout: CONNECT_MILLIS, ...encryption });
  connection.on('error', () => undefined);
  await connection.connect(host, port);
  const { socket } = connection;
  socket.removeAllListeners('data');
  return socket.on('data', onData);
}
