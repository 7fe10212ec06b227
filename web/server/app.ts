import { type ErrorCode, refuse } from '@suffrage/contracts/errors';
import { createHealth } from '@suffrage/runtime/health';
import { serveMetrics } from '@suffrage/runtime/http/metrics-server';
import { sendRefusal } from '@suffrage/runtime/http/problems';
import { createHttpServer, type HttpServer, listen } from '@suffrage/runtime/http/server';
import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import { peerTls } from '@suffrage/runtime/tls/peers';
import { servedTls } from '@suffrage/runtime/tls/serve-tls';
import { fileURLToPath } from 'node:url';
import type { WebConfig } from './config.ts';
import { createWebMetrics } from './metrics.ts';
import { servePage } from './page.ts';
import { pageErrorsRoute } from './page-errors.ts';
import { proxy } from './proxy.ts';
import { securityHeaders } from './security-headers.ts';
import { createUpstreams, type Upstreams } from './upstreams.ts';

/** Bytes; ingestion's own limit, because nothing larger is read whole here. */
const BODY_LIMIT_BYTES = 16 * 1024;

/** Longer than a vote may take upstream. */
const CLOSE_GRACE_MILLIS = 6_000;

const BUILT_PAGE = fileURLToPath(new URL('../dist', import.meta.url));

type Dependencies = {
  readonly log: Log;
  readonly clock?: () => number;
  readonly pageDirectory?: string;
  readonly closeGraceMillis?: number;
};

/** Serves the page and passes its requests on. Needs no upstream to start. */
export async function startWeb(
  config: WebConfig,
  dependencies: Dependencies,
  lifecycle: Lifecycle,
): Promise<{ readonly httpPort: number; readonly metricsPort: number }> {
  const {
    log,
    clock = Date.now,
    pageDirectory = BUILT_PAGE,
    closeGraceMillis = CLOSE_GRACE_MILLIS,
  } = dependencies;
  const metrics = createWebMetrics(config.SUFFRAGE_TLS_CERTIFICATE_FILE);
  const tls = peerTls(config, log);
  const connect = (upstream: string, origins: readonly string[]) =>
    createUpstreams(
      { origins, clock, tls, onRefused: () => metrics.upstreamRefused.inc({ upstream }) },
      lifecycle,
    );
  const ingestion = connect('ingestion', config.SUFFRAGE_INGESTION_URL);
  const results = connect('results', config.SUFFRAGE_RESULTS_URL);
  const registrar = connect('registrar', config.SUFFRAGE_REGISTRAR_URL);

  // The page says in words what is missing, so it is served whatever is away.
  const optional = ({ isReady }: Upstreams) => ({ required: false, check: isReady });
  const health = createHealth('web', config.SUFFRAGE_INSTANCE, {
    ingestion: optional(ingestion),
    results: optional(results),
    registrar: optional(registrar),
  });
  lifecycle.onLeave(health.leave);

  const server = await createHttpServer({
    title: 'Suffrage page',
    log,
    health,
    metrics,
    bodyLimit: BODY_LIMIT_BYTES,
    trustedProxies: config.SUFFRAGE_TRUSTED_PROXIES,
    tls: servedTls(config, log),
  });
  addSecurityHeaders(server, securityHeaders(config.SUFFRAGE_ENVIRONMENT, config.SUFFRAGE_SIGN_IN_ORIGINS));
  hideDocuments(server);
  pageErrorsRoute(server, { counter: metrics.pageErrors, clock });
  await proxyAll(server, { ingestion, results, registrar });
  await servePage(server, pageDirectory);
  const address = await listen(server, { host: config.SUFFRAGE_HOST, port: config.SUFFRAGE_HTTP_PORT });
  lifecycle.onClose('http server', () => closeWithin(closeGraceMillis, server));

  const metricsPort = await serveMetrics(
    { host: config.SUFFRAGE_HOST, port: config.SUFFRAGE_METRICS_PORT, health, metrics },
    lifecycle,
  );
  const httpPort = Number(new URL(address).port) || config.SUFFRAGE_HTTP_PORT;
  log.info({ httpPort, pageDirectory }, 'ready');
  return { httpPort, metricsPort };
}

async function proxyAll(
  server: HttpServer,
  { ingestion, results, registrar }: Readonly<Record<'ingestion' | 'results' | 'registrar', Upstreams>>,
): Promise<void> {
  const lost = { vote: 'outcome-unknown', other: 'internal' } as const satisfies Record<string, ErrorCode>;
  const reading = ['GET', 'HEAD'];
  const writing = [...reading, 'POST'];
  const managing = [...writing, 'PUT', 'PATCH', 'DELETE'];
  await proxy(server, {
    prefix: '/api/ingestion',
    upstreams: ingestion,
    methods: writing,
    bodies: 'buffered',
    whenLost: lost.vote,
  });
  await proxy(server, {
    prefix: '/api/results',
    upstreams: results,
    methods: reading,
    bodies: 'buffered',
    whenLost: lost.other,
  });
  await proxy(server, {
    prefix: '/api/registrar',
    upstreams: registrar,
    methods: managing,
    bodies: 'streamed',
    whenLost: lost.other,
    tellsAddress: true,
    unobserved: true,
  });
}

/**
 * Lets answers under way end. Then connections are cut: browsers open some in advance that never carry a request, and
 * Node would wait for those.
 */
async function closeWithin(millis: number, server: HttpServer): Promise<void> {
  const cut = setTimeout(() => server.server.closeAllConnections(), millis);
  await server.close();
  clearTimeout(cut);
}

/** The page has no interface of its own to document, and the documents' scripts need a laxer policy than the page's. */
function hideDocuments(server: HttpServer): void {
  server.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.url?.startsWith('/docs') === true)
      return sendRefusal(reply, refuse('route-unknown'));
    return undefined;
  });
}

/** On every answer, proxied ones included: whatever an upstream sends is not to be run or framed here. */
function addSecurityHeaders(server: HttpServer, headers: Readonly<Record<string, string>>): void {
  server.addHook('onSend', async (_request, reply) => {
    reply.headers(headers);
  });
}
