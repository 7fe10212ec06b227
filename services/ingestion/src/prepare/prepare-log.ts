import { isShardCount } from '@suffrage/contracts/shards';
import { electionsKey, readElectionsMessage, type Topology, topicNames } from '@suffrage/contracts/topics';
import {
  Admin as IncrementalAdmin,
  ConfigResourceTypes,
  IncrementalAlterConfigOperationTypes,
} from '@platformatic/kafka';
import { brokersOf, type KafkaAccess } from '@suffrage/runtime/kafka/access';
import { kafkaClient } from '@suffrage/runtime/kafka/client';
import { followTopic } from '@suffrage/runtime/kafka/follow-topic';
import { createLifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import { keepTrying } from '@suffrage/runtime/wait';
import { type Admin, type Kafka, Partitioners } from 'kafkajs';
import { settingsOf } from './check-log.ts';
import {
  assignReplicas,
  COPY_SETTINGS,
  electionsTopicSettings,
  quarantineTopicSettings,
  type TopicSettings,
  voteTopicSettings,
  weaknesses,
} from './topic-settings.ts';

const DEADLINE_MILLIS = 60_000;

export type LogShape = {
  readonly access: KafkaAccess;
  readonly namespace: string;
  readonly partitions: number;
  readonly shards: number;
  readonly replication: number;
  /** Another region's log is copied here (`COPY_SETTINGS`); default false. */
  readonly copy?: boolean;
};

type Cluster = {
  readonly shards: number;
  readonly replication: number;
  readonly brokerIds: readonly number[];
};

/**
 * Creates what is missing of the three topics and the `topology` record; adds partitions where there are fewer; gives
 * them the settings of a log or of a copy of one. Safe to repeat. The number of shards belongs to the topic for its whole life: another one is refused.
 * @throws Error when the shape is impossible or contradicts what exists.
 */
export async function prepareLog(shape: LogShape, log: Log): Promise<void> {
  const { partitions, shards, replication } = shape;
  if (!isShardCount(shards)) throw new Error(`${shards} shards: it must be a power of two up to 256`);
  if (partitions % shards !== 0)
    throw new Error(`${partitions} partitions are not a multiple of ${shards} shards`);
  const kafka = kafkaClient(shape.access, 'suffrage-prepare-log', log);
  const topics = topicNames(shape.namespace);
  const admin = kafka.admin();
  await admin.connect();
  try {
    const { brokers } = await admin.describeCluster();
    const brokerIds = brokers.map(({ nodeId }) => nodeId).toSorted((a, b) => a - b);
    if (replication > brokerIds.length) {
      throw new Error(`replication ${replication} needs as many brokers; there are ${brokerIds.length}`);
    }
    const cluster = { shards, replication, brokerIds };
    await ensureTopic(
      admin,
      topics.elections,
      1,
      { ...cluster, shards: 1 },
      electionsTopicSettings(replication),
      log,
    );
    await ensureTopic(
      admin,
      topics.quarantine,
      1,
      { ...cluster, shards: 1 },
      quarantineTopicSettings(replication),
      log,
    );
    await ensureTopology(kafka, topics.elections, shape, log);
    await ensureTopic(admin, topics.votes, partitions, cluster, voteTopicSettings(replication), log);
    for (const topic of ['votes', 'elections'] as const) {
      const own = topic === 'votes' ? voteTopicSettings(replication) : electionsTopicSettings(replication);
      const copied = Object.entries(COPY_SETTINGS[topic]).map(
        ([name, value]) => [name, shape.copy ? value : (own[name] ?? '')] as const,
      );
      await ensureSettings(admin, shape.access, topics[topic], Object.fromEntries(copied));
    }
  } finally {
    await admin.disconnect();
  }
}

/** Changes these settings of a topic, where they differ, and leaves all others as they are. */
async function ensureSettings(
  admin: Admin,
  access: KafkaAccess,
  topic: string,
  settings: TopicSettings,
): Promise<void> {
  if (weaknesses(topic, settings, await settingsOf(admin, topic)).length === 0) return;
  // kafkajs can only replace all settings at once.
  const changing = new IncrementalAdmin({ clientId: 'suffrage-prepare-log', ...brokersOf(access) });
  try {
    const set = Object.entries(settings).map(([name, value]) => ({
      name,
      value,
      configOperation: IncrementalAlterConfigOperationTypes.SET,
    }));
    const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: topic, configs: set };
    await changing.incrementalAlterConfigs({ resources: [resource] });
  } finally {
    await changing.close();
  }
}

async function ensureTopic(
  admin: Admin,
  topic: string,
  partitions: number,
  cluster: Cluster,
  settings: TopicSettings,
  log: Log,
): Promise<void> {
  const existing = await admin.listTopics();
  if (!existing.includes(topic)) {
    await admin.createTopics({
      waitForLeaders: false,
      topics: [
        {
          topic,
          replicaAssignment: assignReplicas(0, partitions, cluster),
          configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
        },
      ],
    });
    await untilLed(admin, topic, partitions, log);
    return;
  }
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const count = topics[0]?.partitions.length ?? 0;
  if (count >= partitions) return;
  const assignments = assignReplicas(count, partitions, cluster).map(({ replicas }) => replicas);
  await admin.createPartitions({ topicPartitions: [{ topic, count: partitions, assignments }] });
  await untilLed(admin, topic, partitions, log);
}

/** Each broker learns of a new topic in its own time; asking one that has not yet is an error that passes. */
async function untilLed(admin: Admin, topic: string, partitions: number, log: Log): Promise<void> {
  const deadline = AbortSignal.timeout(DEADLINE_MILLIS);
  await keepTrying(
    `leaders of topic ${topic}`,
    log,
    async () => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      const led = topics[0]?.partitions.filter(({ leader }) => leader >= 0).length ?? 0;
      if (led < partitions) throw new Error(`${led} of ${partitions} partitions have a leader`);
    },
    deadline,
  );
}

/** Writes the topology where there is none, before the first vote can be appended. */
async function ensureTopology(
  kafka: Kafka,
  topic: string,
  { access, shards }: LogShape,
  log: Log,
): Promise<void> {
  const found = await readTopology(access, topic, log);
  if (found && found.shards !== shards) {
    throw new Error(`topic votes has ${found.shards} shards for its whole life; ${shards} need a new topic`);
  }
  if (found) return;
  const message: Topology = { kind: 'topology', shards };
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  try {
    await producer.send({
      topic,
      acks: -1,
      messages: [{ key: electionsKey(message), value: JSON.stringify(message) }],
    });
  } finally {
    await producer.disconnect();
  }
}

async function readTopology(access: KafkaAccess, topic: string, log: Log): Promise<Topology | undefined> {
  const lifecycle = createLifecycle(log);
  let topology: Topology | undefined;
  const onRecord = ({ value }: { value: Buffer | null }) => {
    const message = value && readElectionsMessage(value);
    if (message?.kind === 'topology') topology = message;
  };
  try {
    const followed = followTopic({ access, topic, onRecord, clock: Date.now, log }, lifecycle);
    await keepTrying(`topic ${topic}`, log, followed.readToEnd, AbortSignal.timeout(DEADLINE_MILLIS));
    return topology;
  } finally {
    await lifecycle.close();
  }
}
