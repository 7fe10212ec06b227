import { basename, join } from 'node:path';
import { realpathSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { classArchive, clusterIdentity, formatNode, kafkaProcess, prepareNode } from './kafka-node.ts';
import type { BrokerListener, KafkaNode, KafkaTuning } from './kafka-settings.ts';
import type { PartDescription } from './part.ts';
import { programs } from './paths.ts';

export interface KafkaOptions extends Pick<KafkaNode, 'further'> {
  readonly tuning: KafkaTuning;
  /** One per broker, for clients that come through a proxy; those that don't use the port itself. */
  readonly behind?: readonly BrokerListener[];
}

/** Formats the nodes' directories at the first use and describes the nodes. */
export async function prepareKafka(
  dataDirectory: string,
  ports: readonly number[],
  controllerPorts: readonly number[],
  { tuning, behind = [], further }: KafkaOptions,
  signal?: AbortSignal,
): Promise<PartDescription[]> {
  const home = join(dataDirectory, 'kafka');
  await mkdir(home, { recursive: true });
  await requireNodes(home, ports.length);
  const clusterId = await clusterIdentity(join(home, 'cluster-id'));
  const nodes = ports.map((port, index): KafkaNode => {
    const id = index + 1;
    return {
      id,
      port,
      controllerPort: controllerPorts[index] ?? 0,
      logDirectory: join(home, `node-${id}`, 'log'),
      behind: behind[index],
      further,
    };
  });
  return Promise.all(nodes.map(node => prepareBroker(node, nodes, dataDirectory, clusterId, tuning, signal)));
}

/** The nodes that agree on the cluster are fixed with its first start. */
async function requireNodes(home: string, wanted: number): Promise<void> {
  const found = (await readdir(home)).filter(name => name.startsWith('node-')).length;
  if (found === 0 || found === wanted) return;
  throw new Error(
    `The data in ${home} is of ${found} Kafka broker${found === 1 ? '' : 's'}, not ${wanted}: use that number, or run "make reset" to start anew.`,
  );
}

async function prepareBroker(
  node: KafkaNode,
  nodes: readonly KafkaNode[],
  dataDirectory: string,
  clusterId: string,
  tuning: KafkaTuning,
  signal: AbortSignal | undefined,
): Promise<PartDescription> {
  const name = `kafka-${node.id}`;
  const directory = join(dataDirectory, 'kafka', `node-${node.id}`);
  const logFile = join(dataDirectory, 'logs', `${name}.log`);
  await prepareNode(node, nodes, directory);
  await formatNode(node, directory, logFile, clusterId, signal);
  return {
    name,
    ports: { kafka: node.port, controller: node.controllerPort },
    process: kafkaProcess(directory, logFile, tuning, classArchive()),
    probe: { kind: 'kafka', port: node.port, nodeId: node.id },
    stopSignal: 'SIGTERM',
    startDeadlineMs: 60_000,
    stopDeadlineMs: 20_000,
    version: basename(realpathSync(programs.kafkaDirectory)).replace('kafka-', ''),
  };
}
