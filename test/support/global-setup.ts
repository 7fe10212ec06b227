import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepTopics } from './keep-written.ts';
import { publishServers } from './servers.ts';
import { keepWritten } from './written.ts';

/**
 * Starts real servers once per run, on free ports and in a directory of their own: the embedded ones, or containers
 * with `SUFFRAGE_TEST_STACK=containers`. Servers named in the environment already are used as they are.
 */
export default async function startServers(): Promise<void> {
  stop.push(await keepWritten());
  if (process.env.SUFFRAGE_TEST_KAFKA !== undefined) return;
  const servers = process.env.SUFFRAGE_TEST_STACK === 'containers' ? await containers() : await embedded();
  publishServers(servers.addresses);
  stop.push(servers.stop);
  stop.push(() => keepTopics(servers.addresses.brokers));
}

export const stop: (() => Promise<void>)[] = [];

async function containers() {
  const { startContainers } = await import('./containers.ts');
  return startContainers();
}

async function embedded() {
  const { startInfrastructure } = await import('@suffrage/stack/infrastructure');
  const dataDirectory = await mkdtemp(join(tmpdir(), 'suffrage-test-'));
  const infrastructure = await startInfrastructure({ dataDirectory, ports: 'free', brokers: 1 });
  return {
    addresses: {
      brokers: infrastructure.kafka.addresses,
      postgresUrl: infrastructure.postgres.adminUrl,
      redisUrl: infrastructure.redis.url,
    },
    stop: async () => {
      await infrastructure.stop();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}
