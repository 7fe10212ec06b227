import { Redis } from 'ioredis';
import type { Lifecycle } from './lifecycle.ts';
import type { Log } from './log.ts';
import { type ClientTls, clientTls } from './tls/follow-files.ts';
import { areGiven, filesOf, type TlsPaths } from './tls/settings.ts';

export type RedisAccess = {
  readonly url: string;
  /** For a `rediss:` URL. */
  readonly tls?: ClientTls;
};

/** @throws Error when there are certificates for a connection that would not be encrypted, or they can't be used. */
export function redisAccess(url: string, config: TlsPaths<'SUFFRAGE_REDIS'>, log: Log): RedisAccess {
  const files = filesOf('SUFFRAGE_REDIS', config);
  if (new URL(url).protocol === 'rediss:') return { url, tls: clientTls(files, log) };
  if (areGiven(files))
    throw new Error(
      'the URL of Redis must begin with rediss:// where SUFFRAGE_REDIS_CA_FILE and the like are set',
    );
  return { url };
}

/**
 * Connects in the background and for ever. A command fails at once while Redis is away, because nothing here may wait
 * for it: Redis only hints and relays. Who subscribes does so again when the connection is `ready`.
 */
export function connectRedis(name: string, { url, tls }: RedisAccess, log: Log, lifecycle: Lifecycle): Redis {
  const redis = new Redis(url, {
    connectionName: name,
    ...(tls ? { tls } : {}),
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
