import { loadConfig } from '@suffrage/runtime/config';
import { kafkaAccess, kafkaSettings } from '@suffrage/runtime/kafka/access';
import { createLog } from '@suffrage/runtime/log';
import { z } from 'zod';
import { prepareLog } from './prepare/prepare-log.ts';

/** `node services/ingestion/src/prepare-log.ts`: creates and grows the topics, then ends. */
const settings = {
  ...kafkaSettings,
  SUFFRAGE_NAMESPACE: z.string().default(''),
  SUFFRAGE_PARTITIONS: z.coerce.number().int().min(1).max(4096).default(8),
  SUFFRAGE_SHARDS: z.coerce.number().int().min(1).default(1),
  SUFFRAGE_REPLICATION: z.coerce.number().int().min(1).max(5).default(3),
  SUFFRAGE_COPY: z.stringbool().default(false),
};

const config = loadConfig(settings);
const log = createLog('prepare-log', 'prepare-log', 'warn');
try {
  await prepareLog(
    {
      access: kafkaAccess(config, log),
      namespace: config.SUFFRAGE_NAMESPACE,
      partitions: config.SUFFRAGE_PARTITIONS,
      shards: config.SUFFRAGE_SHARDS,
      replication: config.SUFFRAGE_REPLICATION,
      copy: config.SUFFRAGE_COPY,
    },
    log,
  );
} catch (error) {
  log.fatal({ err: error }, 'the log could not be prepared');
  process.exitCode = 1;
}
