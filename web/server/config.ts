import { commonSettings, list, port, ranges } from '@suffrage/runtime/config';
import { peerTlsSettings, servedTlsSettings } from '@suffrage/runtime/tls/settings';
import { z } from 'zod';

/** An upstream is named by its origin: the path of a request is the proxy's business. */
const origin = z
  .url({ protocol: /^https?$/, error: 'must be a URL such as http://127.0.0.1:8080' })
  .refine(text => new URL(text).pathname === '/', 'must not have a path')
  .transform(text => new URL(text).origin);

/** One origin or several, separated by commas. */
const origins = list.pipe(z.array(origin));

export const webSettings = {
  ...commonSettings,
  ...servedTlsSettings,
  ...peerTlsSettings,
  /** Where the page is served. */
  SUFFRAGE_HTTP_PORT: port.default(8088),
  SUFFRAGE_METRICS_PORT: port.default(9468),
  /** Ingestion processes, as origins separated by commas: requests go to them in turn. */
  SUFFRAGE_INGESTION_URL: origins,
  /** Aggregators, as origins separated by commas: requests and streams go to them in turn. */
  SUFFRAGE_RESULTS_URL: origins,
  /** The registrar. */
  SUFFRAGE_REGISTRAR_URL: origins,
  /** Origins of the OpenID providers that the page signs in at, separated by commas: it may talk to these besides its own. */
  SUFFRAGE_SIGN_IN_ORIGINS: origins.optional(),
  /** Addresses of proxies in front of the page whose `X-Forwarded-For` is believed. */
  SUFFRAGE_TRUSTED_PROXIES: ranges.optional(),
};

export type WebConfig = z.output<z.ZodObject<typeof webSettings>>;
