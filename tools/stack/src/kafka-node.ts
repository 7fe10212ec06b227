import { randomBytes } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { javaArguments, type KafkaNode, type KafkaTuning, serverProperties } from './kafka-settings.ts';
import { programs } from './paths.ts';
import { type ProcessSpec, runToEnd } from './process.ts';

/** Starting one Kafka node; without npm packages, since the set-up needs this before they are installed. */

const propertiesFile = (directory: string): string => join(directory, 'server.properties');

/** Writes the node's settings anew, ports included. */
export async function prepareNode(
  node: KafkaNode,
  nodes: readonly KafkaNode[],
  directory: string,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeFile(propertiesFile(directory), serverProperties(node, nodes));
}

/** The process of a node whose settings were prepared in `directory`. */
export function kafkaProcess(
  directory: string,
  logFile: string,
  tuning: KafkaTuning,
  archive: string | undefined,
): ProcessSpec {
  return {
    command: programs.java,
    args: [...jvm(tuning, archive), 'kafka.Kafka', propertiesFile(directory)],
    environment: {},
    directory,
    logFile,
  };
}

/** Gives a node's empty log directory the cluster's identity; a directory that has one is left alone. */
export async function formatNode(
  node: KafkaNode,
  directory: string,
  logFile: string,
  clusterId: string = newClusterId(),
  signal?: AbortSignal,
): Promise<void> {
  if (existsSync(join(node.logDirectory, 'meta.properties'))) return;
  const command = [
    'kafka.tools.StorageTool',
    'format',
    '-t',
    clusterId,
    '-c',
    propertiesFile(directory),
    '--ignore-formatted',
  ];
  await runToEnd(
    'Formatting the log directory of Kafka',
    {
      command: programs.java,
      args: [...jvm('fast-start', classArchive()), ...command],
      environment: {},
      directory,
      logFile,
    },
    60_000,
    signal,
  );
}

/** The archive that the set-up made, where it could. */
export function classArchive(): string | undefined {
  return existsSync(programs.kafkaClassArchive) ? programs.kafkaClassArchive : undefined;
}

/** The cluster's identity, kept in a file beside its nodes. */
export async function clusterIdentity(file: string): Promise<string> {
  if (!existsSync(file)) await writeFile(file, newClusterId());
  return readFile(file, 'utf8');
}

/** Kafka's form of an identity: 16 random bytes in base64url, 22 characters. */
function newClusterId(): string {
  return randomBytes(16).toString('base64url').replace(/^-/, 'A');
}

// The archive is valid for the class path it was made with, letter by letter, so links are resolved.
function jvm(tuning: KafkaTuning, archive: string | undefined): string[] {
  return javaArguments(join(realpathSync(programs.kafkaDirectory), 'libs'), tuning, archive);
}
