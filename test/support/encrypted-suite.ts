import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { LocalStack } from '@suffrage/demo/local-stack';
import { SERVICE_KINDS, type ServiceKind } from '@suffrage/stack/services';
import { type Services, startServices } from '@suffrage/stack/start-services';
import { type Authority, createAuthority } from './certificates.ts';
import {
  type EncryptedServers,
  startEncryptedServers,
  writeTls,
  type WrittenFiles,
} from './encrypted-servers.ts';

/** The whole suite as real processes, of which every connection is encrypted and, but for the page's, mutually known. */
export type EncryptedSuite = {
  readonly servers: EncryptedServers;
  readonly services: Services;
  /** Everything is reached through the page's server, as by browsers. */
  readonly stack: LocalStack;
  /** Of the services' own certificates. */
  readonly authority: Authority;
  /** The files of each service, for what it serves and whom it calls, and of a client `outside`. */
  readonly files: Readonly<Record<ServiceKind | 'outside', WrittenFiles>>;
  /** Settings by which a tool reaches Kafka, PostgreSQL and, as client `outside`, the services. */
  readonly toolEnvironment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
};

export async function startEncryptedSuite(): Promise<EncryptedSuite> {
  const servers = await startEncryptedServers();
  const authority = await createAuthority('services');
  trust([authority]);
  const filesOf = async (name: string) =>
    writeTls(servers.directory, name, authority.pem, await authority.issue(name));
  const [registrar, ingestion, processor, aggregator, web, outside] = await Promise.all(
    [...SERVICE_KINDS, 'outside'].map(filesOf),
  );
  if (!registrar || !ingestion || !processor || !aggregator || !web || !outside)
    throw new Error('unreachable: a service has no files');
  const files = { registrar, ingestion, processor, aggregator, web, outside };
  const stores = await storeSettings(servers);
  const served = (kind: ServiceKind) => ({
    SUFFRAGE_TLS_CERTIFICATE_FILE: files[kind].certificate,
    SUFFRAGE_TLS_KEY_FILE: files[kind].key,
    // Browsers have no certificate.
    ...(kind === 'web' ? {} : { SUFFRAGE_TLS_CLIENT_CA_FILE: files[kind].ca }),
  });
  const peers = (kind: ServiceKind | 'outside') => ({
    SUFFRAGE_PEER_CA_FILE: files[kind].ca,
    SUFFRAGE_PEER_CERTIFICATE_FILE: files[kind].certificate,
    SUFFRAGE_PEER_KEY_FILE: files[kind].key,
  });
  const { kafka, database, redis, limits } = stores;
  const services = await startServices(servers.infrastructure, {
    ports: 'free',
    extra: {
      registrar: { ...served('registrar'), ...kafka, ...database, ...limits },
      ingestion: { ...served('ingestion'), ...kafka },
      processor: { ...kafka, ...database, ...redis },
      aggregator: { ...served('aggregator'), ...peers('aggregator'), ...kafka, ...database, ...redis },
      web: { ...served('web'), ...peers('web') },
    },
  });
  return {
    servers,
    services,
    stack: await stackOf(servers, services),
    authority,
    files,
    toolEnvironment: { ...kafka, ...database, ...peers('outside') },
    stop: servers.stop,
  };
}

/** For `fetch` of this process, besides those that it trusts anyway. */
export function trust(authorities: readonly Authority[]): void {
  setDefaultCACertificates([...getCACertificates('bundled'), ...authorities.map(({ pem }) => pem)]);
}

async function storeSettings({ client, ports, infrastructure, directory }: EncryptedServers) {
  const encryptedUrl = async (from: string, name: string) => {
    const url = new URL((await readFile(from, 'utf8')).trim());
    url.protocol = 'rediss:';
    url.port = String(ports.redis);
    const file = join(directory, name);
    await writeFile(file, url.href, { mode: 0o600 });
    return file;
  };
  const redisFiles = {
    SUFFRAGE_REDIS_CA_FILE: client.ca,
    SUFFRAGE_REDIS_CERTIFICATE_FILE: client.certificate,
    SUFFRAGE_REDIS_KEY_FILE: client.key,
  };
  const { redisUrl, limitsRedisUrl } = infrastructure.secrets;
  return {
    kafka: {
      SUFFRAGE_KAFKA_BROKERS: `127.0.0.1:${ports.kafka}`,
      SUFFRAGE_KAFKA_CA_FILE: client.ca,
      SUFFRAGE_KAFKA_CERTIFICATE_FILE: client.certificate,
      SUFFRAGE_KAFKA_KEY_FILE: client.key,
    },
    database: {
      SUFFRAGE_DATABASE_CA_FILE: client.ca,
      SUFFRAGE_DATABASE_CERTIFICATE_FILE: client.certificate,
      SUFFRAGE_DATABASE_KEY_FILE: client.key,
    },
    redis: { ...redisFiles, SUFFRAGE_REDIS_URL_FILE: await encryptedUrl(redisUrl, 'redis-url') },
    limits: {
      ...redisFiles,
      SUFFRAGE_LIMITS_REDIS_URL_FILE: await encryptedUrl(limitsRedisUrl, 'limits-url'),
    },
  };
}

async function stackOf({ infrastructure, ports }: EncryptedServers, services: Services): Promise<LocalStack> {
  const [page = ''] = services.urls('web');
  const [managerLine = ''] = (await readFile(infrastructure.secrets.managerTokens, 'utf8')).split('\n');
  return {
    registrarUrl: `${page}/api/registrar`,
    pageUrl: page,
    ingestionUrls: [`${page}/api/ingestion`],
    resultsUrls: [`${page}/api/results`],
    grpcAddresses: services.grpcAddresses(),
    brokers: [`127.0.0.1:${ports.kafka}`],
    databaseUrls: [infrastructure.postgres.votesUrl],
    managerToken: managerLine.split(/\s+/)[1] ?? '',
    processes: [],
  };
}
