import { Redis } from 'ioredis';
import type { Lifecycle } from './lifecycle.ts';
import type { Log } from './log.ts';
import { type ClientTls, clientTls } from './tls/follow-files.ts';

export type RedisAccess = {
  readonly url: string;
  /** For a `rediss:` URL. */
  readonly tls?: ClientTls;
};

type RedisFiles = {
  readonly SUFFRAGE_REDIS_CA_FILE?: string | undefined;
  readonly SUFFRAGE_REDIS_CERTIFICATE_FILE?: string | undefined;
  readonly SUFFRAGE_REDIS_KEY_FILE?: string | undefined;
};

/** @throws Error when there are certificates for a connection that would not be encrypted, or they can't be used. */
export function redisAccess(url: string, config: RedisFiles, log: Log): RedisAccess {
  const files = {
    ca: config.SUFFRAGE_REDIS_CA_FILE,
    certificate: config.SUFFRAGE_REDIS_CERTIFICATE_FILE,
    key: config.SUFFRAGE_REDIS_KEY_FILE,
  };
  if (new URL(url).protocol === 'rediss:') return { url, tls: clientTls(files, log) };
  if (Object.values(files).some(file => file !== undefined))
    throw new Error(
      'the URL of Redis must begin with rediss:// where SUFFRAGE_REDIS_CA_FILE and the like are set',
    );
  return { url };
}

/**
 * Connects in the background and for ever. A command fails at once while Redis is away, because nothing here may wait
 * for it: Redis only hints and relays.
 */
export function connectRedis(name: string, { url, tls }: RedisAccess, log: Log, lifecycle: Lifecycle): Redis {
  const redis = new Redis(url, {
    connectionName: name,
    ...(tls ? { tls } : {}),
    enableAutoPipelining: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 1000,
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
