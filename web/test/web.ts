import { createLifecycle } from '@suffrage/runtime/lifecycle';
import { createLog } from '@suffrage/runtime/log';
import { startWeb } from '../server/app.ts';
import type { WebConfig } from '../server/config.ts';

type Upstreams = { readonly ingestion: string[]; readonly results: string[]; readonly registrar: string[] };

type Options = {
  readonly trustedProxies?: string[];
  readonly signInOrigins?: string[];
  readonly port?: number;
  readonly settings?: Partial<WebConfig>;
};

/** The real web server, on a free port unless one is named; `close` ends it and all that it opened. */
export async function startTestWeb(
  upstreams: Upstreams,
  pageDirectory?: string,
  { trustedProxies, signInOrigins, port = 0, settings = {} }: Options = {},
) {
  const log = createLog('web', 'web-test', 'silent');
  const lifecycle = createLifecycle(log);
  const config = {
    SUFFRAGE_ENVIRONMENT: 'production',
    SUFFRAGE_INSTANCE: 'web-test',
    SUFFRAGE_LOG_LEVEL: 'silent',
    SUFFRAGE_NAMESPACE: '',
    SUFFRAGE_HOST: '127.0.0.1',
    SUFFRAGE_METRICS_PORT: 0,
    SUFFRAGE_HTTP_PORT: port,
    SUFFRAGE_INGESTION_URL: upstreams.ingestion,
    SUFFRAGE_RESULTS_URL: upstreams.results,
    SUFFRAGE_REGISTRAR_URL: upstreams.registrar,
    SUFFRAGE_TRUSTED_PROXIES: trustedProxies,
    SUFFRAGE_SIGN_IN_ORIGINS: signInOrigins,
    ...settings,
  } as const;
  const dependencies = {
    log,
    closeGraceMillis: 300,
    ...(pageDirectory === undefined ? {} : { pageDirectory }),
  };
  const { httpPort, metricsPort } = await startWeb(config, dependencies, lifecycle);
  return {
    origin: `${settings.SUFFRAGE_TLS_CERTIFICATE_FILE === undefined ? 'http' : 'https'}://127.0.0.1:${httpPort}`,
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    close: () => lifecycle.close(),
  };
}
