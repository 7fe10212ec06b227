import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import {
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import type { Lifecycle } from '../lifecycle.ts';
import type { Log } from '../log.ts';
import { followCertificates, type ServedTls } from '../tls/serve-tls.ts';
import { createGrpcCallSeconds, type Metrics } from '../metrics.ts';
import { guardCalls } from './guard-calls.ts';
import { timeCalls } from './time-calls.ts';

const MAX_CONNECTIONS = 10_000;
const MAX_STREAMS_PER_CONNECTION = 1_000;
/** A machine that vanished without a word is noticed by then, and its calls end. */
const KEEPALIVE_MILLIS = 30_000;
const KEEPALIVE_ANSWER_MILLIS = 10_000;
const MAX_UNFINISHED_BYTES = 128 * 1024 * 1024;
/** What is under way when the server closes may take so long, then connections are cut. */
const CLOSE_DEADLINE_MILLIS = 10_000;

type Options = {
  readonly host: string;
  readonly port: number;
  /** Full name -> service. */
  readonly services: Readonly<
    Record<
      string,
      { readonly definition: ServiceDefinition; readonly implementation: UntypedServiceImplementation }
    >
  >;
  /** Larger messages end their call with RESOURCE_EXHAUSTED, before they are read whole. */
  readonly maxMessageBytes: number;
  /** Path of a method -> how many of its calls may be open at once; further ones are refused as `overloaded`. */
  readonly maxCalls?: Readonly<Record<string, number>>;
  /** Asked when a call arrives, before its message is read: whether it is refused as `overloaded`. Default never. */
  readonly isFull?: (path: string) => boolean;
  /** How much requests that have not come whole within 0.2 s may hold together; default 128 MiB. */
  readonly maxUnfinishedBytes?: number;
  /** A client that takes nothing of a message for so long ends its connection. */
  readonly unreadMillis: number;
  /** Whether the services describe themselves to whoever asks (server reflection). */
  readonly reflection: boolean;
  /** Ends streams that would never end by themselves; called when the server closes, after clients were told to leave. */
  readonly endStreams: () => void;
  readonly metrics: Pick<Metrics, 'registry'>;
  readonly log: Log;
  /** Default plain. */
  readonly tls?: ServedTls | undefined;
};

/**
 * Serves gRPC with the standard health service, on connections of our own so that one can be ended. Returns the port.
 * It closes in good order: clients are told to leave (GOAWAY), nothing new is taken, what is under way is answered.
 */
export async function serveGrpc(options: Options, lifecycle: Lifecycle): Promise<number> {
  const { host, port, services, maxMessageBytes, maxCalls = {}, unreadMillis, log } = options;
  const { maxUnfinishedBytes = MAX_UNFINISHED_BYTES, isFull = () => false } = options;
  const sockets = new Map<string, Socket>();
  const cutOff = (peer: string) => {
    const socket = sockets.get(peer);
    // Several of its calls may ask for it.
    if (!socket || socket.destroyed) return;
    socket.destroy();
    log.warn('a gRPC client that neither reads nor sends what it began was disconnected');
  };
  const receivedBytes = (peer: string) => sockets.get(peer)?.bytesRead ?? 0;
  const server = new Server({
    // Statistics that nobody asks for, kept for each call and message.
    'grpc.enable_channelz': 0,
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_concurrent_streams': MAX_STREAMS_PER_CONNECTION,
    'grpc.keepalive_time_ms': KEEPALIVE_MILLIS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_ANSWER_MILLIS,
    interceptors: [
      timeCalls(createGrpcCallSeconds(options.metrics)),
      guardCalls({ maxCalls, isFull, maxUnfinishedBytes, unreadMillis, receivedBytes, cutOff }),
    ],
  });
  for (const { definition, implementation } of Object.values(services)) {
    server.addService(definition, implementation);
  }
  const names = ['', ...Object.keys(services)];
  const health = new HealthImplementation(Object.fromEntries(names.map(name => [name, 'SERVING'])));
  health.addToServer(server);
  if (options.reflection) (await import('./reflection.ts')).describeTo(server);

  const { injectConnection } = server.createConnectionInjector(ServerCredentials.createInsecure());
  const take = (socket: Socket) => {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    sockets.set(peer, socket);
    socket.once('close', () => sockets.delete(peer));
    injectConnection(socket);
  };
  const listener = openListener(options.tls, take);
  listener.maxConnections = MAX_CONNECTIONS;
  const bound = await listen(listener, host, port);
  const refuseNewCallers = () => {
    for (const name of names) health.setStatus(name, 'NOT_SERVING');
  };
  lifecycle.onLeave(refuseNewCallers);
  lifecycle.onClose('grpc server', async () => {
    refuseNewCallers();
    // gRPC itself does not wait for connections that it did not open.
    const over = new Promise<void>(resolve => listener.close(() => resolve()));
    server.tryShutdown(() => undefined);
    options.endStreams();
    const deadline = setTimeout(() => {
      for (const socket of sockets.values()) socket.destroy();
    }, CLOSE_DEADLINE_MILLIS);
    await over;
    clearTimeout(deadline);
  });
  return bound;
}

/** Encrypted here, so that certificates can be replaced while it is open; gRPC itself sees what was decrypted. */
function openListener(tls: ServedTls | undefined, take: (socket: Socket) => void): NetServer {
  if (!tls) return createServer({ noDelay: true }, take);
  const listener = createTlsServer({ ...tls.options, ALPNProtocols: ['h2'], noDelay: true }, take);
  followCertificates(listener, tls);
  return listener;
}

function listen(listener: NetServer, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(port, host, () => {
      const address = listener.address();
      resolve(typeof address === 'object' ? (address?.port ?? port) : port);
    });
  });
}
