import { commonSettings, list, port, secretFile } from '@suffrage/runtime/config';
import { kafkaSettings } from '@suffrage/runtime/kafka/access';
import { databaseTlsSettings, redisTlsSettings } from '@suffrage/runtime/tls/settings';
import { z } from 'zod';

/** Settings of the processor. */
export const settings = {
  ...commonSettings,
  ...kafkaSettings,
  ...databaseTlsSettings,
  ...redisTlsSettings,
  SUFFRAGE_METRICS_PORT: port.default(9467),
  /** One postgresql:// URL a line: shard `s` lives in line `s mod lines`. */
  SUFFRAGE_VOTES_DATABASES_FILE: secretFile.pipe(list),
  SUFFRAGE_REDIS_URL_FILE: secretFile,
  /** Partitions worked on at the same time; each needs a database connection. */
  SUFFRAGE_CONCURRENT_PARTITIONS: z.coerce.number().int().min(1).max(256).default(8),
  SUFFRAGE_HINT_SECONDS: z.coerce.number().int().min(1).default(86_400),
};
export type ProcessorConfig = z.output<z.ZodObject<typeof settings>>;
