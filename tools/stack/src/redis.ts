import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PartDescription } from './part.ts';
import { programs } from './paths.ts';
import { readSecret, type SecretFiles, writeSecret } from './secrets.ts';

/** Lines of redis.conf, passwords among them. */
export function redisSettings(bind: string, port: number, secrets: SecretFiles): string {
  const settings = [
    `bind ${bind}`,
    `port ${port}`,
    `requirepass ${new URL(readSecret(secrets.redisUrl)).password}`,
    // Counts requests for tokens, in another database than the votes' hints, and sees nothing else.
    `user registrar on >${new URL(readSecret(secrets.limitsRedisUrl)).password} ~suffrage-limits:* resetchannels -@all +@connection +@read +@write +@scripting +info`,
    'daemonize no',
    'save ""',
    'appendonly no',
    'maxmemory 256mb',
    'maxmemory-policy allkeys-lru',
  ];
  return `${settings.join('\n')}\n`;
}

/**
 * Redis holds hints and passes snapshots on; all of it can be lost at any time, so nothing is kept on disk and a full memory
 * drops the oldest hints. The password is in a configuration file of mode 0600, since arguments can be read by everybody.
 */
export async function prepareRedis(
  dataDirectory: string,
  port: number,
  secrets: SecretFiles,
): Promise<PartDescription> {
  const directory = join(dataDirectory, 'redis');
  const configuration = join(directory, 'redis.conf');
  await mkdir(directory, { recursive: true });
  writeSecret(configuration, redisSettings('127.0.0.1', port, secrets));
  const version = /v=(\S+)/.exec(
    execFileSync(programs.redisServer, ['--version'], { encoding: 'utf8' }),
  )?.[1];
  return {
    name: 'redis',
    ports: { redis: port },
    process: {
      command: programs.redisServer,
      args: [configuration],
      environment: {},
      directory,
      logFile: join(dataDirectory, 'logs', 'redis.log'),
    },
    probe: { kind: 'redis', urlFile: secrets.redisUrl },
    stopSignal: 'SIGTERM',
    startDeadlineMs: 20_000,
    stopDeadlineMs: 5_000,
    version,
  };
}
