import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { programs } from '@suffrage/stack/paths';
import {
  killProcess,
  lastLines,
  type ProcessReference,
  signalProcess,
  startProcess,
} from '@suffrage/stack/process';

/** Kafka's MirrorMaker 2, copying topics of one Kafka to another under the same names, as MSK's replicator does. */
export type Mirror = {
  readonly process: ProcessReference;
  /** SIGSTOP: the copy falls behind. */
  pause(): void;
  resume(): void;
  kill(): Promise<void>;
  /** The end of what it has written, for a complaint. */
  lastLines(): string;
};

export function withoutMirrorMaker(): string | undefined {
  return existsSync(programs.kafkaMirrorDirectory)
    ? undefined
    : 'MirrorMaker is not installed: tools/setup/setup.sh mirror';
}

const TOPICS_OF_ITS_OWN = [
  '',
  'checkpoints.topic.',
  'config.storage.',
  'heartbeats.topic.',
  'offset-syncs.topic.',
  'offset.storage.',
  'status.storage.',
];

/** Records keep partition, order, key and time; offsets are the target's own. Starts at the beginning of each partition. */
export async function startMirror(options: {
  readonly from: string;
  readonly to: string;
  readonly topics: readonly string[];
  /** For settings and log. */
  readonly directory: string;
}): Promise<Mirror> {
  const settings = {
    clusters: 'first,second',
    'first.bootstrap.servers': options.from,
    'second.bootstrap.servers': options.to,
    'first->second.enabled': true,
    'first->second.topics': options.topics.join(','),
    'second->first.enabled': false,
    'replication.policy.class': 'org.apache.kafka.connect.mirror.IdentityReplicationPolicy',
    // Topics and settings are those of prepare-log; where counting goes on stands in PostgreSQL.
    'sync.topic.configs.enabled': false,
    'sync.topic.acls.enabled': false,
    'emit.checkpoints.enabled': false,
    'emit.heartbeats.enabled': false,
    'sync.group.offsets.enabled': false,
    'offset-syncs.topic.location': 'target',
    'tasks.max': 2,
    ...Object.fromEntries(TOPICS_OF_ITS_OWN.map(topic => [`${topic}replication.factor`, 1])),
    'consumer.max.poll.records': 5_000,
  };
  await mkdir(options.directory, { recursive: true });
  const file = join(options.directory, 'mirror.properties');
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(file, lines.join(''));
  const logFile = join(options.directory, 'mirror.log');
  const process = await startProcess(
    {
      command: programs.java,
      args: [
        '-Xmx512m',
        '-XX:TieredStopAtLevel=1',
        '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
        '-cp',
        join(programs.kafkaMirrorDirectory, 'libs', '*'),
        'org.apache.kafka.connect.mirror.MirrorMaker',
        file,
      ],
      environment: {},
      directory: options.directory,
      logFile,
    },
    'owner',
  );
  return {
    process,
    pause: () => void signalProcess(process, 'SIGSTOP'),
    resume: () => void signalProcess(process, 'SIGCONT'),
    kill: () => killProcess(process),
    lastLines: () => lastLines(logFile, 15),
  };
}
