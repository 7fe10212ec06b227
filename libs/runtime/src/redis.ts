import { Redis } from 'ioredis';
import type { Lifecycle } from './lifecycle.ts';
import type { Log } from './log.ts';

/**
 * Connects in the background and for ever. A command fails at once while Redis is away, because nothing here may wait
 * for it: Redis only hints and relays. Who subscribes does so again when the connection is `ready`.
 */
export function connectRedis(name: string, url: string, log: Log, lifecycle: Lifecycle): Redis {
  const redis = new Redis(url, {
    connectionName: name,
    enableAutoPipelining: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 1000,
    // It would not handle that Redis takes the connection and answers too late, which ends the process.
    autoResubscribe: false,
    retryStrategy: attempt => Math.min(attempt * 100, 2000),
  });
  let away = false;
  redis.on('error', error => {
    if (!away) log.warn({ err: error }, 'redis is away');
    away = true;
  });
  redis.on('ready', () => {
    if (away) log.info('redis is back');
    away = false;
  });
  lifecycle.onClose(`redis ${name}`, () => redis.disconnect());
  return redis;
}
