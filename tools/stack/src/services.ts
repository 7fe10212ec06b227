import { join } from 'node:path';
import type { Infrastructure } from './infrastructure.ts';
import type { PartDescription } from './part.ts';
import { programs, repositoryDirectory } from './paths.ts';
import { REPLICA_STEP } from './ports.ts';

/** How the services are laid out over processes and ports. Values only: starting them is start-services.ts. */

export const SERVICE_KINDS = ['registrar', 'ingestion', 'processor', 'aggregator', 'web'] as const;
export type ServiceKind = (typeof SERVICE_KINDS)[number];

/** How the images start Node, too; the Dockerfile says why. */
export const NODE_ARGUMENTS = [
  '--disable-warning=TimeoutNegativeWarning',
  '--no-memory-reducer',
  '--min-semi-space-size=16',
];

export type ServiceCounts = Readonly<Record<ServiceKind, number>>;

export const DEFAULT_COUNTS: ServiceCounts = {
  registrar: 1,
  ingestion: 2,
  processor: 2,
  aggregator: 2,
  web: 1,
};

type PortName = 'http' | 'grpc' | 'metrics';

/** DESIGN section 4: the first replica's ports. */
const FIRST_PORTS: Readonly<Record<ServiceKind, Partial<Readonly<Record<PortName, number>>>>> = {
  registrar: { http: 8082, metrics: 9466 },
  ingestion: { http: 8080, grpc: 9090, metrics: 9464 },
  processor: { metrics: 9467 },
  aggregator: { http: 8081, grpc: 9091, metrics: 9465 },
  web: { http: 8088, metrics: 9468 },
};

export interface ServicePlace {
  readonly kind: ServiceKind;
  /** `ingestion-2`. */
  readonly name: string;
  readonly ports: Readonly<Partial<Record<PortName, number>>>;
}

/** All service processes with the default ports. */
export function defaultPlaces(counts: ServiceCounts): ServicePlace[] {
  return SERVICE_KINDS.flatMap(kind =>
    Array.from({ length: counts[kind] }, (_, replica) => ({
      kind,
      name: `${kind}-${replica + 1}`,
      ports: Object.fromEntries(
        Object.entries(FIRST_PORTS[kind]).map(([name, port]) => [name, port + replica * REPLICA_STEP]),
      ),
    })),
  );
}

/** The same with other ports, given in the order of `defaultPlaces`. */
export function placesOn(places: readonly ServicePlace[], ports: readonly number[]): ServicePlace[] {
  const left = [...ports];
  return places.map(place => ({
    ...place,
    ports: Object.fromEntries(Object.keys(place.ports).map(name => [name, left.shift() ?? 0])),
  }));
}

export const httpUrl = (port: number | undefined): string => `http://127.0.0.1:${port ?? 0}`;

/** Where a service of that kind answers: encrypted where it has a certificate. */
export function serviceUrl(
  kind: ServiceKind,
  port: number | undefined,
  extra: ServiceSettings['extra'],
): string {
  return isEncrypted(kind, extra) ? httpUrl(port).replace('http:', 'https:') : httpUrl(port);
}

function isEncrypted(kind: ServiceKind, extra: ServiceSettings['extra']): boolean {
  return extra[kind]?.SUFFRAGE_TLS_CERTIFICATE_FILE !== undefined;
}

export interface ServiceSettings {
  readonly namespace: string;
  /** Settings of one kind of service beyond those that the stack gives, or instead of them. */
  readonly extra: Partial<Readonly<Record<ServiceKind, Readonly<Record<string, string>>>>>;
  /** Where the contents of the images are (`make bundle`): they are started instead of the sources. */
  readonly bundles?: string | undefined;
}

/** Where the caller's OpenTelemetry variables say, the services send their spans. */
export function telemetrySettings(environment: NodeJS.ProcessEnv): ServiceSettings['extra'] {
  const variables = Object.entries(environment).flatMap(([name, value]) =>
    name.startsWith('OTEL_') && value !== undefined ? [[name, value] as const] : [],
  );
  return Object.fromEntries(SERVICE_KINDS.map(kind => [kind, Object.fromEntries(variables)]));
}

type Servers = Pick<Infrastructure, 'dataDirectory' | 'secrets' | 'kafka'>;

export function describeService(
  place: ServicePlace,
  places: readonly ServicePlace[],
  servers: Servers,
  settings: ServiceSettings,
): PartDescription {
  const { kind, name, ports } = place;
  const source = kind === 'web' ? 'web/server/main.ts' : `services/${kind}/src/main.ts`;
  const script =
    settings.bundles === undefined
      ? join(repositoryDirectory, source)
      : join(settings.bundles, kind, 'main.js');
  const environment = {
    SUFFRAGE_ENVIRONMENT: 'development',
    SUFFRAGE_INSTANCE: name,
    SUFFRAGE_HOST: '127.0.0.1',
    SUFFRAGE_METRICS_PORT: String(ports.metrics),
    ...(settings.namespace === '' ? {} : { SUFFRAGE_NAMESPACE: settings.namespace }),
    ...(ports.http === undefined ? {} : { SUFFRAGE_HTTP_PORT: String(ports.http) }),
    ...environmentOf(place, places, servers, settings),
    ...settings.extra[kind],
  };
  return {
    name,
    ports: { ...ports },
    process: {
      command: programs.node,
      args: [...NODE_ARGUMENTS, script],
      environment,
      directory: repositoryDirectory,
      logFile: join(servers.dataDirectory, 'logs', `${name}.log`),
    },
    // Encrypted, it is for those with a certificate.
    probe: {
      kind: 'http',
      url: `${httpUrl((isEncrypted(kind, settings.extra) ? undefined : ports.http) ?? ports.metrics)}/health/ready`,
    },
    stopSignal: 'SIGTERM',
    startDeadlineMs: 60_000,
    // The services give themselves 25 s.
    stopDeadlineMs: 30_000,
  };
}

function environmentOf(
  { kind, ports }: ServicePlace,
  places: readonly ServicePlace[],
  servers: Servers,
  { extra }: ServiceSettings,
): Record<string, string> {
  const { secrets } = servers;
  const brokers = { SUFFRAGE_KAFKA_BROKERS: servers.kafka.bootstrap };
  const urls = (of: ServiceKind): string =>
    places
      .filter(place => place.kind === of)
      .map(place => serviceUrl(of, place.ports.http, extra))
      .join(',');
  switch (kind) {
    case 'registrar':
      return {
        ...brokers,
        SUFFRAGE_REGISTRAR_DATABASE_FILE: secrets.registrarDatabase,
        SUFFRAGE_MANAGER_TOKENS_FILE: secrets.managerTokens,
        SUFFRAGE_ELECTION_KEYS_SECRET_FILE: secrets.electionKeysSecret,
        SUFFRAGE_CODE_KEY_FILE: secrets.codeKey,
        SUFFRAGE_LIMITS_REDIS_URL_FILE: secrets.limitsRedisUrl,
        // All voters of a local stack have one address.
        SUFFRAGE_LIMIT_PER_ADDRESS: '10000000',
        SUFFRAGE_LIMIT_SESSIONS_PER_ADDRESS: '10000000',
        SUFFRAGE_RECEIPT_PUBLIC_KEYS_FILE: secrets.receiptPublicKeys,
        SUFFRAGE_RESULTS_PUBLIC_KEYS_FILE: secrets.resultsPublicKeys,
        SUFFRAGE_ISSUER_NAME: 'registrar.suffrage.local',
      };
    case 'ingestion': {
      return {
        ...brokers,
        SUFFRAGE_GRPC_PORT: String(ports.grpc),
        SUFFRAGE_RECEIPT_KEY_FILE: secrets.receiptKey,
      };
    }
    case 'processor':
      return { ...brokers, ...votesStores(secrets) };
    case 'aggregator': {
      // A benchmark may hold elections without these.
      const [registrar = ''] = urls('registrar').split(',');
      const metricsUrls = places
        .filter(place => place.kind === 'ingestion')
        .map(place => `${httpUrl(place.ports.metrics)}/metrics`)
        .join(',');
      return {
        ...brokers,
        ...votesStores(secrets),
        SUFFRAGE_GRPC_PORT: String(ports.grpc),
        SUFFRAGE_RESULTS_KEY_FILE: secrets.resultsKey,
        ...(registrar === '' ? {} : { SUFFRAGE_REGISTRAR_URL: registrar }),
        ...(metricsUrls === '' ? {} : { SUFFRAGE_INGESTION_METRICS_URLS: metricsUrls }),
      };
    }
    case 'web':
      return {
        SUFFRAGE_INGESTION_URL: urls('ingestion'),
        SUFFRAGE_RESULTS_URL: urls('aggregator'),
        SUFFRAGE_REGISTRAR_URL: urls('registrar'),
      };
  }
}

const votesStores = ({ votesDatabases, redisUrl }: Servers['secrets']) => ({
  SUFFRAGE_VOTES_DATABASES_FILE: votesDatabases,
  SUFFRAGE_REDIS_URL_FILE: redisUrl,
});
