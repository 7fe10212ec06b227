import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalStack } from '@suffrage/demo/local-stack';
import { type Infrastructure, startInfrastructure } from '@suffrage/stack/infrastructure';
import { type Services, type ServicesOptions, startServices } from '@suffrage/stack/start-services';

/** The whole suite as real processes of its own, on free ports and in a directory of its own. */
export type Suite = {
  readonly infrastructure: Infrastructure;
  readonly services: Services;
  /** The same addresses as the demonstration uses them. */
  readonly stack: LocalStack;
  stop(): Promise<void>;
};

export async function startSuite(options: ServicesOptions = {}): Promise<Suite> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'suffrage-suite-'));
  const infrastructure = await startInfrastructure({ dataDirectory, ports: 'free', brokers: 1 });
  const services = await startServices(infrastructure, { ports: 'free', ...options });
  const [managerLine = ''] = (await readFile(infrastructure.secrets.managerTokens, 'utf8'))
    .trim()
    .split('\n');
  return {
    infrastructure,
    services,
    stack: {
      registrarUrl: services.urls('registrar')[0] ?? '',
      pageUrl: services.urls('web')[0] ?? '',
      ingestionUrls: services.urls('ingestion'),
      resultsUrls: services.urls('aggregator'),
      grpcAddresses: services.grpcAddresses(),
      brokers: infrastructure.kafka.addresses,
      databaseUrls: [infrastructure.postgres.votesUrl],
      managerToken: managerLine.split(/\s+/)[1] ?? '',
      processes: [],
    },
    stop: async () => {
      await infrastructure.stop();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}
