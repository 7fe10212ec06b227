import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import { refuse } from '@suffrage/contracts/errors';
import {
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerFactory,
  fastify,
  LogController,
} from 'fastify';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import { type Health, healthSchema, VERSION } from '../health.ts';
import type { Log } from '../log.ts';
import { type Metrics, observeHttpConnections } from '../metrics.ts';
import { followCertificates, type ServedTls } from '../tls/serve-tls.ts';
import { exemplarOf } from '../tracing.ts';
import type { PlainRequest } from './plain-request.ts';
import { handleError, overloadedUnread, sendRefusal } from './problems.ts';
import { refuseOnSockets } from './refuse-on-sockets.ts';

export type HttpServer = ReturnType<typeof newServer>;

type Options = {
  readonly title: string;
  readonly log: Log;
  readonly health: Health;
  readonly metrics: Metrics;
  /** Bytes. */
  readonly bodyLimit: number;
  /** A request that has not come whole by then ends its connection. Default 10 s. */
  readonly requestMillis?: number;
  /** Where a route takes its body as a stream: how long that may take. Default as for every other request. */
  readonly streamMillis?: number;
  /** Who says when requests are refused as `overloaded`. Default nobody. */
  readonly overload?: Overload;
  /** Whose `X-Forwarded-For` is believed. Default nobody's. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Default plain. */
  readonly tls?: ServedTls | undefined;
};

/** Where most requests may have to be refused, refusing has to cost little. */
export type Overload = {
  /** Whether requests that come soon may be refused. */
  readonly mayRefuseSoon: () => boolean;
  /** Asked before anything else of a request is looked at, and not again when it says yes. */
  readonly refuses: (request: PlainRequest) => boolean;
};

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Requests of this route leave no measurement, because its time would tell something about a voter. */
    unobserved?: boolean;
  }
}

const LIMITS = { headersTimeout: 5_000 };
const REQUEST_TIMEOUT_MILLIS = 10_000;
const BODIES_LOOK_MILLIS = 500;

/** Of every answer that says nothing else: it is kept nowhere on its way, and taken as the type that it names. */
const DEFAULT_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

function newServer(options: Options) {
  const { log, bodyLimit, requestMillis, streamMillis, trustedProxies, tls, overload } = options;
  return fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    // One log for all requests: they have no lines of their own, and a logger each costs as much as a route's look-up.
    childLoggerFactory: parent => parent,
    bodyLimit,
    requestTimeout: streamMillis ?? requestMillis ?? REQUEST_TIMEOUT_MILLIS,
    trustProxy: trustedProxies === undefined ? false : [...trustedProxies],
    http: LIMITS,
    ...(tls || overload ? { serverFactory: ownServer(options) } : {}),
    forceCloseConnections: 'idle',
    // What arrives on an open connection while we close is served: its answer tells the caller to connect elsewhere.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 200 },
    // Left to itself the router answers bad addresses in another format, and repeats them.
    frameworkErrors: (error, request, reply) => void handleError(error, request, reply),
  }).withTypeProvider<ZodTypeProvider>();
}

/** With the limits that Fastify gives a plain server. */
function ownServer({ tls, overload, health }: Options): FastifyServerFactory {
  return (handler, { keepAliveTimeout, requestTimeout, connectionTimeout }) => {
    const server = tls ? encrypted(tls) : createServer(LIMITS);
    if (typeof keepAliveTimeout === 'number') server.keepAliveTimeout = keepAliveTimeout;
    if (typeof requestTimeout === 'number') server.requestTimeout = requestTimeout;
    if (typeof connectionTimeout === 'number') server.setTimeout(connectionTimeout);
    server.on('request', overload ? refusing(server, { overload, health, handler }) : handler);
    return server;
  };
}

/** Refuses on the socket where that can be, otherwise by Node's response, and hands on what is not refused. */
function refusing(
  server: Server,
  { overload, health, handler }: Pick<Options, 'health'> & { overload: Overload; handler: RequestListener },
): RequestListener {
  const refusal = overloadedUnread(DEFAULT_HEADERS);
  const bytes = refusal.toBytes(server.keepAliveTimeout);
  const noteResponse = refuseOnSockets(server, {
    mayRefuseSoon: overload.mayRefuseSoon,
    refuses: request => !health.isLeaving() && overload.refuses(request),
    answer: bytes,
  });
  return (request, response) => {
    noteResponse(response);
    const { method = '', url = '' } = request;
    if (overload.refuses({ method, url })) refusal.send(response, health.isLeaving());
    else handler(request, response);
  };
}

function encrypted(tls: ServedTls) {
  const server = createTlsServer({ ...tls.options, ...LIMITS });
  followCertificates(server, tls);
  return server;
}

/**
 * A Fastify server as every service has it: zod schemas validate and document (OpenAPI at `/docs`), errors leave as
 * problem documents, `/health*` answer. Requests are not logged: addresses and vote IDs stay out of logs.
 */
export async function createHttpServer(options: Options): Promise<HttpServer> {
  const { title, health, metrics } = options;
  const server = newServer(options);
  if (options.streamMillis !== undefined)
    limitBodies(server, options.requestMillis ?? REQUEST_TIMEOUT_MILLIS);
  server.removeContentTypeParser('text/plain');
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  server.setErrorHandler(handleError);
  server.setNotFoundHandler((_request: FastifyRequest, reply: FastifyReply) =>
    sendRefusal(reply, refuse('route-unknown')),
  );
  server.addHook('onRequest', (_request, reply, done) => {
    reply.headers(DEFAULT_HEADERS);
    // Its caller opens the next connection elsewhere, and none is left to be cut when we close.
    if (health.isLeaving()) reply.header('connection', 'close');
    done();
  });
  observeHttpConnections(metrics, server.server);
  server.addHook('onResponse', (request, reply, done) => {
    if (!request.routeOptions.config.unobserved) {
      metrics.httpRequestSeconds.observe({
        labels: {
          route: request.routeOptions.url ?? 'none',
          method: request.method,
          status: String(reply.statusCode),
        },
        value: reply.elapsedTime / 1000,
        exemplarLabels: exemplarOf(request),
      });
    }
    done();
  });
  await server.register(fastifySwagger, {
    openapi: { openapi: '3.1.0', info: { title, version: VERSION, license: { name: 'Apache-2.0' } } },
    transform: jsonSchemaTransform,
  });
  await server.register(fastifySwaggerUi, { routePrefix: '/docs' });
  healthRoutes(server, health);
  return server;
}

/**
 * Connections that may wait for us to take them, as far as the system allows (`net.core.somaxconn`). Node's 511 are full in a
 * moment when an election opens, and whoever comes then is not refused but tries again after 1, 3 and 7 s.
 */
const BACKLOG = 4_096;

/** @param at port 0 for any. @returns the address in use */
export function listen(
  server: HttpServer,
  at: { readonly host: string; readonly port: number },
): Promise<string> {
  return server.listen({ ...at, backlog: BACKLOG });
}

/** Node knows one time for all requests: where streams may take long, everything else is cut off by itself. */
function limitBodies(server: HttpServer, millis: number): void {
  const deadlines = new Map<FastifyRequest['raw'], number>();
  server.addHook('onRequest', (request, _reply, done) => {
    deadlines.set(request.raw, performance.now() + millis);
    done();
  });
  const end = ({ raw }: FastifyRequest, done: () => void) => {
    deadlines.delete(raw);
    done();
  };
  // Bodies that are parsed have arrived by then; a stream goes on.
  server.addHook('preValidation', (request, _reply, done) => end(request, done));
  server.addHook('onResponse', (request, _reply, done) => end(request, done));
  server.addHook('onRequestAbort', end);
  // One look at all of them: a timer for each request cost as much as reading its body.
  const cut = setInterval(() => {
    const now = performance.now();
    for (const [raw, deadline] of deadlines) if (deadline <= now) raw.destroy();
  }, BODIES_LOOK_MILLIS);
  cut.unref();
  server.addHook('onClose', async () => clearInterval(cut));
}

/** `/health` tells all, `/health/live` only that the process turns, `/health/ready` whether to send it work. */
function healthRoutes(server: HttpServer, health: Health): void {
  const schema = { response: { 200: healthSchema, 503: healthSchema }, tags: ['health'] };
  server.get('/health', { schema }, async () => health.report());
  server.get('/health/live', { schema: { tags: ['health'] } }, async () => ({ status: 'ok' }));
  server.get('/health/ready', { schema }, async (_request, reply) => {
    const report = await health.report();
    return reply.code(report.status === 'unavailable' ? 503 : 200).send(report);
  });
}

const REQUESTS_DEADLINE_MILLIS = 2_000;

/**
 * Takes no more connections and lets requests under way end. Node waits for ever for a connection that was opened
 * without a request (browsers and HTTP clients do that in advance), so after 2 s all are cut.
 */
export async function closeHttpServer(server: HttpServer): Promise<void> {
  const deadline = setTimeout(() => server.server.closeAllConnections(), REQUESTS_DEADLINE_MILLIS);
  await server.close();
  clearTimeout(deadline);
}
