import { loadConfig, printableConfig } from '@suffrage/runtime/config';
import { armCrashPoint } from '@suffrage/runtime/crash-point';
import { runService } from '@suffrage/runtime/lifecycle';
import { createLog } from '@suffrage/runtime/log';
import { warnOfPlain } from '@suffrage/runtime/tls/warn-plain';
import { GROW_MORE, setFlags } from '@suffrage/runtime/v8-flags';
import { startProcessor } from './app.ts';
import { settings } from './config.ts';

setFlags(GROW_MORE);

const config = loadConfig(settings);
armCrashPoint(config);
const log = createLog('processor', config.SUFFRAGE_INSTANCE, config.SUFFRAGE_LOG_LEVEL);

runService(log, config.SUFFRAGE_LEAVE_WAIT, async lifecycle => {
  log.info({ settings: printableConfig(settings) }, 'starting');
  warnOfPlain(settings, config, log);
  const processor = await startProcessor(config, { log }, lifecycle);
  // An operator's way to have refused records tried at once: `kill -USR2`.
  process.on('SIGUSR2', () => void processor.requeue());
  log.info('consuming');
});
