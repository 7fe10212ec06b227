import type { KafkaTuning } from './kafka-settings.ts';
import { type KafkaOptions, prepareKafka } from './kafka.ts';
import type { Part, PartDescription } from './part.ts';
import { createParts, type Parts } from './parts.ts';
import {
  defaultInfrastructurePorts,
  freeInfrastructurePorts,
  infrastructurePortNames,
  type InfrastructurePorts,
  requireFreePorts,
} from './ports.ts';
import { createDatabases, preparePostgres } from './postgres.ts';
import type { Lifetime } from './process.ts';
import { type Progress, silentProgress } from './progress.ts';
import { prepareRedis } from './redis.ts';
import { createSecrets, readSecret, type SecretFiles } from './secrets.ts';

export interface InfrastructureOptions {
  /** Everything is kept below it; a later start with the same directory finds its data again. */
  readonly dataDirectory: string;
  readonly ports: InfrastructurePorts | 'default' | 'free';
  readonly brokers: 1 | 3 | 4;
  readonly kafkaOptions?: Omit<KafkaOptions, 'tuning'>;
  /** Default `owner`: the servers end with this process, however it ends. `make up` uses `detached`. */
  readonly lifetime?: Lifetime;
  /** Default `fast-start`; benchmarks take `throughput`. */
  readonly kafkaTuning?: KafkaTuning;
  /** Default silent. */
  readonly progress?: Progress;
}

/** Running Kafka, PostgreSQL and Redis on loopback. */
export interface Infrastructure {
  readonly dataDirectory: string;
  readonly ports: InfrastructurePorts;
  readonly secrets: SecretFiles;
  readonly kafka: {
    /** `host:port` of each broker, also separated by commas for SUFFRAGE_KAFKA_BROKERS. */
    readonly addresses: readonly string[];
    readonly bootstrap: string;
    /** One per broker: kill, stop, start, pause and resume it. */
    readonly brokers: readonly Part[];
  };
  readonly postgres: {
    readonly part: Part;
    /** postgresql:// URLs with password. */
    readonly votesUrl: string;
    readonly registrarUrl: string;
    /** The superuser's, for tests that look from outside. */
    readonly adminUrl: string;
  };
  readonly redis: { readonly part: Part; readonly url: string };
  /** The parts so far; `startServices` adds its own. */
  readonly parts: Parts;
  /** Stops everything, services included, in reverse order. Keeps the data. */
  stop(): Promise<void>;
}

/**
 * Starts real Kafka, PostgreSQL and Redis side by side and resolves when all are ready and the databases exist. On failure
 * whatever had been started is stopped again before it throws.
 */
export async function startInfrastructure(options: InfrastructureOptions): Promise<Infrastructure> {
  const parts = createParts(options.dataDirectory, options.lifetime ?? 'owner', options.brokers);
  return startInfrastructureIn(parts, options);
}

/** The same with parts that the caller made, who can thereby stop a start that is still under way. */
export async function startInfrastructureIn(
  parts: Parts,
  options: InfrastructureOptions,
): Promise<Infrastructure> {
  const { dataDirectory, brokers, kafkaTuning = 'fast-start', progress = silentProgress } = options;
  const ports = await choosePorts(options.ports, brokers);
  const secrets = createSecrets(dataDirectory, {
    postgres: `127.0.0.1:${ports.postgres}`,
    redis: `127.0.0.1:${ports.redis}`,
  });
  const { signal } = parts;
  const kafkaSettings = { ...options.kafkaOptions, tuning: kafkaTuning };

  const start = async (description: PartDescription): Promise<Part> => {
    const part = parts.add(description);
    const done = progress.begin(part.name);
    await part.start();
    done(`ready on port ${part.port}`);
    return part;
  };
  const startKafka = async (): Promise<Part[]> =>
    parts.together(
      (await prepareKafka(dataDirectory, ports.kafka, ports.kafkaControllers, kafkaSettings, signal)).map(
        start,
      ),
    );
  const startPostgres = async (): Promise<Part[]> => {
    const part = await start(await preparePostgres(dataDirectory, ports.postgres, secrets, signal));
    await createDatabases(secrets);
    return [part];
  };
  const startRedis = async (): Promise<Part[]> => [
    await start(await prepareRedis(dataDirectory, ports.redis, secrets)),
  ];

  try {
    const [kafka = [], [postgres] = [], [redis] = []] = await parts.together([
      startKafka(),
      startPostgres(),
      startRedis(),
    ]);
    if (postgres === undefined || redis === undefined)
      throw new Error('unreachable: started parts are missing');
    const addresses = ports.kafka.map(port => `127.0.0.1:${port}`);
    return {
      dataDirectory,
      ports,
      secrets,
      kafka: { addresses, bootstrap: addresses.join(','), brokers: kafka },
      postgres: {
        part: postgres,
        votesUrl: readSecret(secrets.votesDatabases),
        registrarUrl: readSecret(secrets.registrarDatabase),
        adminUrl: readSecret(secrets.adminDatabase),
      },
      redis: { part: redis, url: readSecret(secrets.redisUrl) },
      parts,
      stop: () => parts.stopAll(),
    };
  } catch (error) {
    await parts.stopAll();
    throw error;
  }
}

async function choosePorts(
  choice: InfrastructureOptions['ports'],
  brokers: number,
): Promise<InfrastructurePorts> {
  if (choice === 'free') return freeInfrastructurePorts(brokers);
  const ports = choice === 'default' ? defaultInfrastructurePorts(brokers) : choice;
  await requireFreePorts(infrastructurePortNames(ports));
  return ports;
}
