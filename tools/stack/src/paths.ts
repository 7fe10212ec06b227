import { join, resolve } from 'node:path';

export const repositoryDirectory = resolve(import.meta.dirname, '../../..');

/** What `tools/setup/setup.sh` installed for this checkout: links to the programs, whatever cache they lie in. */
const toolsDirectory = join(repositoryDirectory, '.tools');

export const programs = {
  node: join(toolsDirectory, 'bin/node'),
  java: join(toolsDirectory, 'bin/java'),
  redisServer: join(toolsDirectory, 'bin/redis-server'),
  postgresqlBinaries: join(toolsDirectory, 'postgresql'),
  kafkaDirectory: join(toolsDirectory, 'kafka'),
  /** Kafka's performance tools, for `make bench` only (`tools/setup/setup.sh bench`). */
  kafkaToolsDirectory: join(toolsDirectory, 'kafka-tools'),
  /** Kafka's MirrorMaker, for the rehearsal of a lost region only (`tools/setup/setup.sh mirror`). */
  kafkaMirrorDirectory: join(toolsDirectory, 'kafka-mirror'),
  kafkaClassArchive: join(toolsDirectory, 'kafka-classes.jsa'),
} as const;

/** Where Node keeps sources without their types, compiled: a service starts for a quarter less CPU from then on. */
export const compileCacheDirectory = join(toolsDirectory, 'compiled');
