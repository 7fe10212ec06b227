import { commonSettings, duration, list, loadConfig, port, secretFile } from '@suffrage/runtime/config';
import { kafkaSettings } from '@suffrage/runtime/kafka/access';
import {
  databaseTlsSettings,
  peerTlsSettings,
  redisTlsSettings,
  servedTlsSettings,
} from '@suffrage/runtime/tls/settings';
import { z } from 'zod';
import { SHORTEST_ROUND_MILLIS } from './pace.ts';

/** One URL per line; shards may share a database, which is then read once. */
const databases = secretFile
  .transform(text => [...new Set(text.split(/\s+/).filter(line => line !== ''))])
  .refine(urls => urls.length > 0, 'names a file without a URL')
  .refine(
    urls => urls.every(url => /^postgres(ql)?:\/\//.test(url)),
    'has a line that is not a postgresql:// URL',
  );

const redisUrl = secretFile.refine(url => /^rediss?:\/\//.test(url), 'does not hold a redis:// URL');

export const settings = {
  ...commonSettings,
  ...servedTlsSettings,
  ...peerTlsSettings,
  ...kafkaSettings,
  ...databaseTlsSettings,
  ...redisTlsSettings,
  SUFFRAGE_METRICS_PORT: port.default(9465),
  /** Results, streams, vote status, health. */
  SUFFRAGE_HTTP_PORT: port.default(8081),
  /** ResultsService, health. */
  SUFFRAGE_GRPC_PORT: port.default(9091),
  /**
   * File: the votes databases, one `postgresql://` URL per line, one line per shard. The first also holds the lock of
   * the elected replica, so its URL must lead to the server itself, not to a pooler that shares sessions.
   */
  SUFFRAGE_VOTES_DATABASES_FILE: databases,
  /**
   * File: streaming replicas of the votes databases, one URL for each line of that file. Live views read them; official
   * results, final snapshots, and live views while a replica does not answer, read the primaries.
   */
  SUFFRAGE_VOTES_REPLICAS_FILE: databases.optional(),
  /** File: the `redis://` or `rediss://` URL of the relay. */
  SUFFRAGE_REDIS_URL_FILE: redisUrl,
  /** File: Ed25519 private key, PKCS#8 PEM, that signs zero reports, results and seals. Without it none are stated. */
  SUFFRAGE_RESULTS_KEY_FILE: secretFile.optional(),
  /** Where the registrar answers: its signed count of tokens becomes part of official results. */
  SUFFRAGE_REGISTRAR_URL: z.url().optional(),
  /**
   * Where ingestion processes serve their metrics, such as `http://ingestion-metrics:9464/metrics`, separated by commas; a name
   * with several addresses stands for all of them. Their acknowledgement times are shown while an election is open; without
   * it they are not.
   */
  SUFFRAGE_INGESTION_METRICS_URLS: list.pipe(z.array(z.url({ protocol: /^https?$/ }))).optional(),
  /** Pause between two readings of the tallies when no notice of progress comes, 100 ms or more. */
  SUFFRAGE_RESULT_REFRESH_INTERVAL: duration
    .refine(millis => millis >= SHORTEST_ROUND_MILLIS, `must not be below ${SHORTEST_ROUND_MILLIS}ms`)
    .default(1000),
  /** Streams and sockets that this process keeps open; further ones are refused with 503 `overloaded`. */
  SUFFRAGE_SUBSCRIBER_LIMIT: z.coerce.number().int().min(1).default(10_000),
};

export type Config = ReturnType<typeof readConfig>;

export function readConfig(environment: NodeJS.ProcessEnv = process.env) {
  return loadConfig(settings, environment);
}
