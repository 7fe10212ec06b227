import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalStack } from '@suffrage/demo/local-stack';
import { type Infrastructure, startInfrastructure } from '@suffrage/stack/infrastructure';
import { SERVICE_KINDS } from '@suffrage/stack/services';
import { type Services, type ServicesOptions, startServices } from '@suffrage/stack/start-services';
import { collectorSettings, startCollector } from './collector.ts';
import { keepLogs, keepMetrics, keepTopics } from './keep-written.ts';
import { keep, WRITTEN_DIRECTORY } from './written.ts';

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
  const written = await watchWritten(infrastructure);
  const services = await startServices(infrastructure, {
    ports: 'free',
    ...options,
    extra: written.extra(options.extra),
  });
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
      await written.beforeStop(services);
      await infrastructure.stop();
      await written.afterStop();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** In a run of tests what the processes write is kept to be searched: logs, metrics, spans, keys and headers of topics. */
async function watchWritten({ dataDirectory, kafka }: Infrastructure) {
  if (process.env[WRITTEN_DIRECTORY] === undefined)
    return {
      extra: (given: ServicesOptions['extra'] = {}) => given,
      beforeStop: async () => undefined,
      afterStop: async () => undefined,
    };
  const collector = await startCollector();
  return {
    extra: (given: ServicesOptions['extra'] = {}) =>
      Object.fromEntries(
        SERVICE_KINDS.map(kind => [kind, { ...collectorSettings(collector), ...given[kind] }]),
      ),
    beforeStop: async ({ places, part }: Services) => {
      for (const { name, ports } of places)
        if (ports.metrics !== undefined && part(name).isRunning()) await keepMetrics(ports.metrics);
      await keepTopics(kafka.addresses);
    },
    afterStop: async () => {
      await keepLogs(join(dataDirectory, 'logs'));
      keep('spans', collector.received());
      collector.close();
    },
  };
}
