import { loadConfig, printableConfig } from '@suffrage/runtime/config';
import { runService } from '@suffrage/runtime/lifecycle';
import { createLog } from '@suffrage/runtime/log';
import { warnOfPlain } from '@suffrage/runtime/tls/warn-plain';
import { startWeb } from './app.ts';
import { webSettings } from './config.ts';

const config = loadConfig(webSettings);
const log = createLog('web', config.SUFFRAGE_INSTANCE, config.SUFFRAGE_LOG_LEVEL);
log.info({ settings: printableConfig(webSettings) }, 'starting');
warnOfPlain(webSettings, config, log);

runService(log, config.SUFFRAGE_LEAVE_WAIT, async lifecycle => {
  await startWeb(config, { log }, lifecycle);
});
