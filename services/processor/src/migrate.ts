import { fileURLToPath } from 'node:url';
import { list, loadConfig, secretFile } from '@suffrage/runtime/config';
import { createLog } from '@suffrage/runtime/log';
import { databaseTls } from '@suffrage/runtime/postgres/access';
import { migrate } from '@suffrage/runtime/postgres/migrate';
import { databaseTlsSettings } from '@suffrage/runtime/tls/settings';

/** `node services/processor/src/migrate.ts`: brings every votes database to the newest schema, then ends. */
const settings = { SUFFRAGE_VOTES_DATABASES_FILE: secretFile.pipe(list), ...databaseTlsSettings };

const config = loadConfig(settings);
const log = createLog('processor-migrate', 'migrate', 'info');
const directory = fileURLToPath(new URL('../migrations', import.meta.url));
try {
  const tls = databaseTls(config, log);
  for (const url of config.SUFFRAGE_VOTES_DATABASES_FILE) await migrate(url, directory, log, tls);
} catch (error) {
  log.fatal({ err: error }, 'the votes databases could not be migrated');
  process.exitCode = 1;
}
