import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import { refuse } from '@suffrage/contracts/errors';
import { type FastifyReply, type FastifyRequest, fastify, LogController } from 'fastify';
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import { type Health, healthSchema, VERSION } from '../health.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { handleError, sendRefusal } from './problems.ts';

export type HttpServer = ReturnType<typeof newServer>;

type Options = {
  readonly title: string;
  readonly log: Log;
  readonly health: Health;
  readonly metrics: Metrics;
  /** Bytes. */
  readonly bodyLimit: number;
};

const HEADERS_TIMEOUT_MILLIS = 5_000;
const REQUEST_TIMEOUT_MILLIS = 10_000;

function newServer(log: Log, bodyLimit: number) {
  return fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    requestTimeout: REQUEST_TIMEOUT_MILLIS,
    http: { headersTimeout: HEADERS_TIMEOUT_MILLIS },
    forceCloseConnections: 'idle',
    // What arrives on an open connection while we close is served: its answer tells the caller to connect elsewhere.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 200 },
    // Left to itself the router answers bad addresses in another format, and repeats them.
    frameworkErrors: (error, request, reply) => void handleError(error, request, reply),
  }).withTypeProvider<ZodTypeProvider>();
}

/**
 * A Fastify server as every service has it: zod schemas validate and document (OpenAPI at `/docs`), errors leave as
 * problem documents, `/health*` answer. Requests are not logged: addresses and vote IDs stay out of logs.
 */
export async function createHttpServer({
  title,
  log,
  health,
  metrics,
  bodyLimit,
}: Options): Promise<HttpServer> {
  const server = newServer(log, bodyLimit);
  server.removeContentTypeParser('text/plain');
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  server.setErrorHandler(handleError);
  server.setNotFoundHandler((_request: FastifyRequest, reply: FastifyReply) =>
    sendRefusal(reply, refuse('route-unknown')),
  );
  server.addHook('onResponse', async (request, reply) => {
    metrics.httpRequestSeconds.observe(
      { route: request.routeOptions.url ?? 'none', method: request.method, status: String(reply.statusCode) },
      reply.elapsedTime / 1000,
    );
  });
  await server.register(fastifySwagger, {
    openapi: { openapi: '3.1.0', info: { title, version: VERSION, license: { name: 'Apache-2.0' } } },
    transform: jsonSchemaTransform,
  });
  await server.register(fastifySwaggerUi, { routePrefix: '/docs' });
  healthRoutes(server, health);
  return server;
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
