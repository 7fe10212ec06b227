import { setFlagsFromString } from 'node:v8';
import { loadConfig, printableConfig } from '@suffrage/runtime/config';
import { armCrashPoint } from '@suffrage/runtime/crash-point';
import { runService } from '@suffrage/runtime/lifecycle';
import { createLog } from '@suffrage/runtime/log';
import { warnOfPlain } from '@suffrage/runtime/tls/warn-plain';
import { startIngestion } from './app.ts';
import { settings } from './config.ts';
import { refuseWeakLog } from './prepare/check-log.ts';

// Messages lie outside V8's heap and count against its limit, which follows the heap; ours is small, so by default all of it
// is marked twice a second.
setFlagsFromString('--heap-growing-percent=300');

const config = loadConfig(settings);
armCrashPoint(config);
const log = createLog('ingestion', config.SUFFRAGE_INSTANCE, config.SUFFRAGE_LOG_LEVEL);

runService(log, config.SUFFRAGE_LEAVE_WAIT, async lifecycle => {
  log.info({ settings: printableConfig(settings) }, 'starting');
  warnOfPlain(settings, config, log);
  await refuseWeakLog(config, log);
  const { httpPort, grpcPort } = await startIngestion(config, { log }, lifecycle);
  compileSooner();
  log.info({ httpPort, grpcPort }, 'serving');
});

/**
 * V8 spares its good compilers for what ran 400 and 3,000 times, and 500 times since it last saw something new. What belongs to a
 * batch or a call comes near that in a while only, and costs up to a tenth of a vote until then. Not for what only starts us.
 */
function compileSooner(): void {
  setFlagsFromString('--invocation-count-for-maglev=30');
  setFlagsFromString('--invocation-count-for-turbofan=100');
  setFlagsFromString('--minimum-invocations-after-ic-update=30');
}
