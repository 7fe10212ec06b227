import { loadConfig, printableConfig } from '@suffrage/runtime/config';
import { armCrashPoint } from '@suffrage/runtime/crash-point';
import { runService } from '@suffrage/runtime/lifecycle';
import { createLog } from '@suffrage/runtime/log';
import { warnOfPlain } from '@suffrage/runtime/tls/warn-plain';
import { COMPILE_SOONER, GROW_MORE, setFlags } from '@suffrage/runtime/v8-flags';
import { startIngestion } from './app.ts';
import { settings } from './config.ts';
import { refuseWeakLog } from './prepare/check-log.ts';

setFlags(GROW_MORE);

const config = loadConfig(settings);
armCrashPoint(config);
const log = createLog('ingestion', config.SUFFRAGE_INSTANCE, config.SUFFRAGE_LOG_LEVEL);

runService(log, config.SUFFRAGE_LEAVE_WAIT, async lifecycle => {
  log.info({ settings: printableConfig(settings) }, 'starting');
  warnOfPlain(settings, config, log);
  await refuseWeakLog(config, log);
  const { httpPort, grpcPort } = await startIngestion(config, { log }, lifecycle);
  setFlags(COMPILE_SOONER);
  log.info({ httpPort, grpcPort }, 'serving');
});
