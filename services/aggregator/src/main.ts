import { printableConfig } from '@suffrage/runtime/config';
import { armCrashPoint } from '@suffrage/runtime/crash-point';
import { runService } from '@suffrage/runtime/lifecycle';
import { createLog } from '@suffrage/runtime/log';
import { startTelemetry } from '@suffrage/runtime/telemetry';
import { warnOfPlain } from '@suffrage/runtime/tls/warn-plain';
import { startAggregator } from './app.ts';
import { readConfig, settings } from './config.ts';

const config = readConfig();
armCrashPoint(config);
const log = createLog('aggregator', config.SUFFRAGE_INSTANCE, config.SUFFRAGE_LOG_LEVEL);

runService(log, config.SUFFRAGE_LEAVE_WAIT, async lifecycle => {
  log.info({ settings: printableConfig(settings) }, 'starting');
  warnOfPlain(settings, config, log);
  lifecycle.onClose('telemetry', await startTelemetry('aggregator', config.SUFFRAGE_INSTANCE));
  const { httpPort, grpcPort } = await startAggregator(config, { log }, lifecycle);
  log.info({ httpPort, grpcPort }, 'serving');
});
