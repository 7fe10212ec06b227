import { fileURLToPath } from 'node:url';
import { loadConfig, secretFile } from '@suffrage/runtime/config';
import { createLog } from '@suffrage/runtime/log';
import { databaseTls } from '@suffrage/runtime/postgres/access';
import { migrate } from '@suffrage/runtime/postgres/migrate';
import { databaseTlsSettings } from '@suffrage/runtime/tls/settings';

/** `node services/registrar/src/migrate.ts`: brings the registrar's database to the newest schema, then ends. */
const settings = { SUFFRAGE_REGISTRAR_DATABASE_FILE: secretFile, ...databaseTlsSettings };

const config = loadConfig(settings);
const log = createLog('registrar-migrate', 'migrate', 'info');
const directory = fileURLToPath(new URL('../migrations', import.meta.url));
try {
  await migrate(config.SUFFRAGE_REGISTRAR_DATABASE_FILE, directory, log, databaseTls(config, log));
} catch (error) {
  log.fatal({ err: error }, 'the registrar’s database could not be migrated');
  process.exitCode = 1;
}
