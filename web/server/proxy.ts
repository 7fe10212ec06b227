import httpProxy, { type FastifyHttpProxyOptions } from '@fastify/http-proxy';
import { type ErrorCode, refuse } from '@suffrage/contracts/errors';
import { sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { WebSocket } from 'ws';
import { type Upstreams, wasNeverSent } from './upstreams.ts';

type ReplyOptions = NonNullable<FastifyHttpProxyOptions['replyOptions']>;

/** A reason that an upstream could not be reached names it, which is nobody's business; a long one would not even fit. */
const WebSocketWithoutReasons = new Proxy(WebSocket, {
  construct: (target, parameters, newTarget) =>
    withoutReasons(Reflect.construct(target, parameters, newTarget)),
});

function withoutReasons(socket: WebSocket): WebSocket {
  const close = socket.close.bind(socket);
  socket.close = code => close(code);
  return socket;
}

/** A reader of results has nothing to say. Who does not answer a closing is left after 2 s, as the process must end. */
const socketToReader = { maxPayload: 1_024, closeTimeout: 2_000, WebSocket: WebSocketWithoutReasons };
/** With fewer members than it has, because the plugin's types of the others are those of CommonJS. */
const SOCKET_TO_READER: { maxPayload: number } = socketToReader;
const SOCKET_TO_UPSTREAM = {
  handshakeTimeout: 5_000,
  closeTimeout: 2_000,
  perMessageDeflate: false,
  // The plugin would pass cookies on.
  rewriteRequestHeaders: () => ({}),
};

/** The plugin copies these options once, so certificates are taken where the connection is made. */
function socketToUpstream({ next, tls }: Upstreams): typeof SOCKET_TO_UPSTREAM {
  if (!tls || !next().startsWith('https:')) return SOCKET_TO_UPSTREAM;
  const createConnection = ({ host, port }: { host: string; port: string | number }) =>
    connectTls({
      host,
      port: Number(port),
      ...(isIP(host) === 0 ? { servername: host } : {}),
      secureContext: tls.secureContext,
    });
  const encrypted = { ...SOCKET_TO_UPSTREAM, createConnection };
  return encrypted;
}

export type ProxyOptions = {
  /** `/api/…`: what is below it goes to the upstreams under the same path. */
  readonly prefix: string;
  readonly upstreams: Upstreams;
  readonly methods: readonly string[];
  /**
   * `buffered`: a body is read whole, within the server's body limit, so that it can go to another upstream when one
   * refuses the connection. `streamed`: a body of any size passes through, and the upstream's limit decides.
   */
  readonly bodies: 'buffered' | 'streamed';
  /** What a request that is not a reading one is answered when the upstream was lost after it had been sent. */
  readonly whenLost: ErrorCode;
  /** Whether the upstream is told whose request it is (`X-Forwarded-For`), to limit requests. Default: nobody learns it. */
  readonly tellsAddress?: boolean;
  /** Requests are not measured one by one: when a voter has asked for a token is not to be seen here either. */
  readonly unobserved?: boolean;
};

/** Passes requests, event streams and WebSockets of one service on. Answers are streamed as they come. */
export async function proxy(server: HttpServer, options: ProxyOptions): Promise<void> {
  const { prefix, upstreams, methods, bodies, whenLost, tellsAddress = false, unobserved = false } = options;
  await server.register(async scope => {
    if (bodies === 'buffered') readBodiesWhole(scope);
    endStreamsOnClose(scope);
    await scope.register(httpProxy, {
      prefix,
      upstream: '',
      rewritePrefix: '',
      httpMethods: [...methods],
      config: { unobserved },
      proxyPayloads: bodies === 'streamed',
      websocket: true,
      wsServerOptions: SOCKET_TO_READER,
      wsClientOptions: socketToUpstream(upstreams),
      preHandler: (request, reply, done) => (isSameOrigin(request) ? done() : refuseOrigin(reply)),
      // Addresses contain vote IDs, which belong in no log.
      disableRequestLogging: true,
      undici: { request: upstreams.request },
      handler: (request, reply, path, hooks) => {
        const onError: ReplyOptions['onError'] = (_reply, { error }) =>
          void sendRefusal(reply, refuse(codeOf(error, request, whenLost)));
        return reply.from(path, { ...hooks, ...wholeBody(request), onError });
      },
      replyOptions: {
        getUpstream: () => upstreams.next(),
        rewriteRequestHeaders: (request, headers) => headersForUpstream(request, headers, tellsAddress),
        // Repeating is the client's decision: `Retry-After` says when.
        retryDelay: () => null,
      },
    });
  });
}

/** Bodies stay bytes: the upstream parses them, nobody else. */
function readBodiesWhole(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}

function wholeBody({ body, headers }: FastifyRequest): { body?: Buffer; contentType?: string } {
  if (!Buffer.isBuffer(body) || body.length === 0) return {};
  return { body, contentType: headers['content-type'] ?? 'application/octet-stream' };
}

/** The server waits for answers under way when it closes, and an event stream never ends by itself. */
function endStreamsOnClose(scope: FastifyInstance): void {
  const open = new Set<Readable>();
  scope.addHook('onSend', async (_request, reply, payload) => {
    if (!(payload instanceof Readable) || !isEventStream(reply)) return payload;
    open.add(payload);
    payload.once('close', () => open.delete(payload));
    return payload;
  });
  scope.addHook('preClose', async () => {
    for (const stream of open) stream.destroy();
  });
}

function isEventStream(reply: FastifyReply): boolean {
  return String(reply.getHeader('content-type')).startsWith('text/event-stream');
}

/** A browser names the page that asks; one of another origin gets nothing, over WebSocket neither. */
export function isSameOrigin({ headers }: { headers: FastifyRequest['headers'] }): boolean {
  if (headers.origin === undefined) return true;
  return URL.parse(headers.origin)?.host === headers.host;
}

function refuseOrigin(reply: FastifyReply): void {
  void sendRefusal(reply, refuse('origin-refused'));
}

/** What a client says about where it comes from would be believed upstream, since it would come from us. */
const CLAIMED = /^(?:cookie|host|forwarded|x-forwarded-.*|x-real-ip)$/;
type RewriteHeaders = NonNullable<ReplyOptions['rewriteRequestHeaders']>;

/** The page sets no cookie; whatever else of this host does is not for the services. `host` is the upstream's own. */
function headersForUpstream(
  { ip }: Pick<FastifyRequest, 'ip'>,
  headers: Parameters<RewriteHeaders>[1],
  tellsAddress: boolean,
): ReturnType<RewriteHeaders> {
  const rest = Object.fromEntries(Object.entries(headers).filter(([name]) => !CLAIMED.test(name)));
  return tellsAddress ? { ...rest, 'x-forwarded-for': ip } : rest;
}

function codeOf(error: Error, { method }: { method: string }, whenLost: ErrorCode): ErrorCode {
  if (method === 'GET' || method === 'HEAD' || wasNeverSent(error)) return 'not-ready';
  return whenLost;
}
