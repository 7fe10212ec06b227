import { join } from 'node:path';
import type { Infrastructure } from './infrastructure.ts';
import type { Part } from './part.ts';
import { programs, repositoryDirectory } from './paths.ts';
import { freePorts, type NamedPort, requireFreePorts } from './ports.ts';
import { type ProcessSpec, runToEnd } from './process.ts';
import { type Progress, silentProgress } from './progress.ts';
import {
  DEFAULT_COUNTS,
  defaultPlaces,
  describeService,
  NODE_ARGUMENTS,
  placesOn,
  serviceUrl,
  type ServiceCounts,
  type ServiceKind,
  type ServicePlace,
  type ServiceSettings,
} from './services.ts';

export interface ServicesOptions extends Partial<ServiceSettings> {
  readonly counts?: Partial<ServiceCounts>;
  readonly ports?: 'default' | 'free';
  readonly partitions?: number;
  readonly shards?: number;
  readonly progress?: Progress;
}

/** Running services: where each answers, and its process to stop, kill, pause and start again. */
export interface Services {
  readonly places: readonly ServicePlace[];
  /** By name, such as `ingestion-2`. @throws Error when there is no such part. */
  part(name: string): Part;
  /** Addresses such as `http://127.0.0.1:8080` of all processes of one kind. */
  urls(kind: ServiceKind): readonly string[];
  /** `127.0.0.1:9090` of all ingestion processes. */
  grpcAddresses(): readonly string[];
}

const DEFAULT_PARTITIONS = 8;
export const DEFAULT_SHARDS = 1;
const PREPARE_DEADLINE_MILLIS = 60_000;

/** The step that creates and grows the topics; safe to repeat, also while votes arrive. */
export function prepareLogProcess(
  { bootstrap, brokers }: { readonly bootstrap: string; readonly brokers: number },
  shape: { readonly namespace: string; readonly partitions: number; readonly shards: number },
  dataDirectory: string,
  bundles?: string,
): ProcessSpec {
  return {
    ...preparation('services/ingestion/src/prepare-log.ts', 'prepare-log', dataDirectory, bundles),
    environment: {
      ...(shape.namespace === '' ? {} : { SUFFRAGE_NAMESPACE: shape.namespace }),
      SUFFRAGE_KAFKA_BROKERS: bootstrap,
      SUFFRAGE_PARTITIONS: String(shape.partitions),
      SUFFRAGE_SHARDS: String(shape.shards),
      SUFFRAGE_REPLICATION: String(Math.min(3, brokers)),
    },
  };
}

/** A program that runs once before the services: from the sources, or as a command of the bundled tools. */
function preparation(source: string, command: string, dataDirectory: string, bundles: string | undefined) {
  const program =
    bundles === undefined
      ? [join(repositoryDirectory, source)]
      : [join(bundles, 'tools', 'main.js'), command];
  return {
    command: programs.node,
    args: [...NODE_ARGUMENTS, ...program],
    directory: repositoryDirectory,
    logFile: join(dataDirectory, 'logs', 'prepare.log'),
  };
}

/**
 * Migrates the databases and prepares the topics, then starts all services side by side and resolves when each is ready.
 * On failure everything, infrastructure included, is stopped, and the error ends with the failing part's last log lines.
 */
export async function startServices(
  infrastructure: Infrastructure,
  options: ServicesOptions = {},
): Promise<Services> {
  const { parts } = infrastructure;
  const progress = options.progress ?? silentProgress;
  const { namespace = '', extra = {}, bundles } = options;
  const settings = { namespace, extra, bundles };
  const places = await choosePlaces(options);
  try {
    const done = progress.begin('databases and topics');
    await parts.together(prepare(infrastructure, options));
    done('are prepared');
    const started = await parts.together(
      places.map(async place => {
        const part = parts.add(describeService(place, places, infrastructure, settings));
        const ready = progress.begin(part.name);
        await part.start();
        ready(`is ready on port ${part.port}`);
        return part;
      }),
    );
    return view(places, started, settings.extra);
  } catch (error) {
    await parts.stopAll();
    throw error;
  }
}

async function choosePlaces({
  counts,
  ports = 'default',
}: ServicesOptions): Promise<readonly ServicePlace[]> {
  const places = defaultPlaces({ ...DEFAULT_COUNTS, ...counts });
  const wanted = servicePortNames(places);
  if (ports === 'free') return placesOn(places, await freePorts(wanted.length));
  await requireFreePorts(wanted);
  return places;
}

export function servicePortNames(places: readonly ServicePlace[]): NamedPort[] {
  return places.flatMap(({ name, ports }) => Object.values(ports).map(port => ({ port, part: name })));
}

/** What must have run once before the services: each is safe to repeat, and they don't need each other. */
function prepare(
  { kafka, secrets, dataDirectory, parts }: Infrastructure,
  options: ServicesOptions,
): Promise<void>[] {
  const migrate = (what: string, source: string, environment: Record<string, string>) =>
    runToEnd(
      what,
      { ...preparation(source, 'migrate', dataDirectory, options.bundles), environment },
      PREPARE_DEADLINE_MILLIS,
      parts.signal,
    );
  return [
    migrate('Migrating the votes databases', 'services/processor/src/migrate.ts', {
      SUFFRAGE_VOTES_DATABASES_FILE: secrets.votesDatabases,
    }),
    migrate('Migrating the registrar’s database', 'services/registrar/src/migrate.ts', {
      SUFFRAGE_REGISTRAR_DATABASE_FILE: secrets.registrarDatabase,
    }),
    runToEnd(
      'Preparing the topics',
      prepareLogProcess(
        { bootstrap: kafka.bootstrap, brokers: kafka.brokers.length },
        {
          namespace: options.namespace ?? '',
          partitions: options.partitions ?? DEFAULT_PARTITIONS,
          shards: options.shards ?? DEFAULT_SHARDS,
        },
        dataDirectory,
        options.bundles,
      ),
      PREPARE_DEADLINE_MILLIS,
      parts.signal,
    ),
  ];
}

function view(
  places: readonly ServicePlace[],
  parts: readonly Part[],
  extra: ServiceSettings['extra'],
): Services {
  const portsOf = (kind: ServiceKind, name: 'http' | 'grpc') =>
    places.filter(place => place.kind === kind).flatMap(place => place.ports[name] ?? []);
  return {
    places,
    part: name => {
      const found = parts.find(part => part.name === name);
      if (!found) throw new Error(`There is no part ${name}`);
      return found;
    },
    urls: kind => portsOf(kind, 'http').map(port => serviceUrl(kind, port, extra)),
    grpcAddresses: () => portsOf('ingestion', 'grpc').map(port => `127.0.0.1:${port}`),
  };
}
