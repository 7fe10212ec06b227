import { setTimeout as sleep } from 'node:timers/promises';
import { prepareLog } from '@suffrage/ingestion/prepare/prepare-log';
import { createLog } from '@suffrage/runtime/log';
import type { Part } from '@suffrage/stack/part';
import { Connection, describeProducersV0 } from '@platformatic/kafka';
import kafkajs from 'kafkajs';
import { endOffsets } from '../evidence.ts';
import type { FaultCase, Stage } from '../fault-case.ts';
import { untilAcknowledged } from '../load.ts';
import type { World } from '../world.ts';
import { brokersOf, killBrokers, startBrokers } from './brokers.ts';

async function partitionsOf({ kafka, topics }: World) {
  const admin = kafka.admin();
  await admin.connect();
  const metadata = await admin.fetchTopicMetadata({ topics: [topics.votes] });
  await admin.disconnect();
  return metadata.topics[0]?.partitions ?? [];
}

/** Which broker leads most partitions of the log now: killing another one would show less. */
async function leadingBroker({ world }: Stage): Promise<Part> {
  const led = Map.groupBy(await partitionsOf(world), ({ leader }) => leader);
  const [most] = [...led].toSorted(([, a], [, b]) => b.length - a.length);
  const broker = world.infrastructure.kafka.brokers.find(({ name }) => name === `kafka-${most?.[0]}`);
  if (!broker) throw new Error('no partition has a leader');
  return broker;
}

async function killLeaders(stage: Stage, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const broker = await leadingBroker(stage);
    await stage.kill(broker);
    await sleep(4_000 + stage.random() * 1_000);
    await broker.start();
    await sleep(5_000);
  }
}

async function stopTwo(stage: Stage): Promise<void> {
  const [, second, third] = brokersOf(stage);
  if (!second || !third) throw new Error('there are not three brokers');
  await Promise.all([stage.kill(second), stage.kill(third)]);
  // What was confirmed before may still be on its way to a client.
  await sleep(1_000);
  const before = stage.load.acknowledged();
  await sleep(10_000);
  const given = stage.load.acknowledged() - before;
  if (given > 0) stage.problem(`INV-1: ${given} votes were acknowledged with one broker of three`);
  await Promise.all([second.start(), third.start()]);
}

/** A group can only be deleted when it has no members, so the processors stop for that moment. */
async function deleteOffsets(stage: Stage): Promise<void> {
  const { world } = stage;
  const processors = world.services.places.filter(({ kind }) => kind === 'processor');
  const parts = processors.map(({ name }) => world.services.part(name));
  await Promise.all(parts.map(part => part.stop()));
  const admin = world.kafka.admin();
  await admin.connect();
  await admin.deleteGroups([`${world.topics.votes}-processor`]);
  await admin.disconnect();
  stage.happened('group deleted');
  await Promise.all(parts.map(part => part.start()));
}

/** The stranger takes partitions and reads nothing from them; each of its comings and goings moves them all. */
async function rebalance(stage: Stage): Promise<void> {
  const { kafka, topics } = stage.world;
  for (let time = 0; time < 6; time += 1) {
    const consumer = kafka.consumer({ groupId: `${topics.votes}-processor`, sessionTimeout: 6_000 });
    await consumer.connect();
    await consumer.subscribe({ topic: topics.votes });
    const joined = new Promise<void>(resolve => {
      consumer.on(consumer.events.GROUP_JOIN, () => resolve());
    });
    await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: async () => undefined });
    await joined;
    stage.happened('member joined');
    await sleep(500);
    await consumer.disconnect();
    await sleep(1_000);
  }
}

const GROWN_PARTITIONS = 16;

async function addPartitions(stage: Stage): Promise<void> {
  const { infrastructure } = stage.world;
  const before = (await endOffsets(stage.world)).size;
  const access = { brokers: infrastructure.kafka.addresses };
  const shape = { access, namespace: '', partitions: GROWN_PARTITIONS, shards: 2, replication: 3 };
  await prepareLog(shape, createLog('faults', 'faults', 'silent'));
  // Producers learn of them when they next ask for the topic's metadata, once a minute.
  const deadline = Date.now() + 90_000;
  let used = 0;
  while (used < GROWN_PARTITIONS - before && Date.now() < deadline) {
    await sleep(1_000);
    const ends = await endOffsets(stage.world);
    used = [...ends].filter(([partition, end]) => partition >= before && end > 0).length;
  }
  stage.happened('new partition in use', used);
  if (used < GROWN_PARTITIONS - before) stage.problem(`only ${used} of the new partitions are used`);
}

/** Producers that the leaders of the log's partitions know, each once for every partition. */
async function knownProducers({ world }: Stage): Promise<number> {
  const { infrastructure, topics } = world;
  const partitions = await partitionsOf(world);
  const numbers = infrastructure.kafka.brokers.map(async ({ name, port }) => {
    const led = partitions.filter(({ leader }) => name === `kafka-${leader}`);
    const asked = [{ name: topics.votes, partitionIndexes: led.map(({ partitionId }) => partitionId) }];
    const connection = new Connection('faults');
    await connection.connect('127.0.0.1', port);
    try {
      const answer = await describeProducersV0.api.async(connection, asked);
      return answer.topics.flatMap(topic => topic.partitions.flatMap(p => p.activeProducers)).length;
    } finally {
      await connection.close();
    }
  });
  return (await Promise.all(numbers)).reduce((sum, number) => sum + number, 0);
}

/** For a while the brokers forget a producer a second after its last append; lanes come back to a partition later than that. */
async function expireProducers(stage: Stage): Promise<void> {
  const { world } = stage;
  const expireAfter = async (millis: number) => {
    const admin = world.kafka.admin();
    await admin.connect();
    const configEntries = [{ name: 'producer.id.expiration.ms', value: String(millis) }];
    await admin.alterConfigs({
      validateOnly: false,
      resources: brokersOf(stage).map(({ name }) => ({
        type: kafkajs.ConfigResourceTypes.BROKER,
        name: name.replace('kafka-', ''),
        configEntries,
      })),
    });
    await admin.disconnect();
  };
  const known = await knownProducers(stage);
  await expireAfter(1_000);
  for (let time = 0; time < 3; time += 1) {
    await sleep(4_000);
    stage.happened('producer forgotten on a partition', Math.max(0, known - (await knownProducers(stage))));
  }
  await expireAfter(86_400_000);
}

/** True at random moments, on average `millis` apart; each counts as a fault that happened. */
function atRandom(stage: Stage, what: string, millis: number): () => boolean {
  let next = performance.now();
  return () => {
    if (performance.now() < next) return false;
    next = performance.now() + stage.random() * 2 * millis;
    stage.happened(what);
    return true;
  };
}

export const kafkaCases: readonly FaultCase[] = [
  {
    name: 'kafka-leader-killed',
    what: 'The broker that leads most partitions is killed every 10 s.',
    fast: true,
    run: stage => killLeaders(stage, 2),
  },
  {
    name: 'kafka-acknowledgements-dropped',
    what: 'Now and then the acknowledgement of an append never arrives, though the record is there.',
    fast: true,
    run: async stage => {
      // A producer whose acknowledgement is missing is parked for 10 s or more: faster than this, lanes run out of producers.
      const dropAcknowledgement = atRandom(stage, 'acknowledgement dropped', 700);
      for (const proxy of stage.world.kafkaProxies) proxy.inflict({ dropAcknowledgement });
      await sleep(20_000);
      for (const proxy of stage.world.kafkaProxies) proxy.inflict({});
    },
  },
  {
    name: 'kafka-broker-frozen',
    what: 'The leading broker stands still for 20 s (SIGSTOP), its connections stay open.',
    fast: true,
    run: async stage => {
      const broker = await leadingBroker(stage);
      broker.pause();
      stage.happened('freeze');
      await sleep(20_000);
      broker.resume();
    },
  },
  {
    name: 'kafka-all-killed',
    what: 'All brokers are killed at once and come back 6 s later.',
    fast: true,
    run: async stage => {
      await killBrokers(stage);
      await sleep(6_000);
      await startBrokers(stage);
      await untilAcknowledged(stage.load, 100);
    },
  },
  {
    name: 'kafka-two-stopped',
    what: 'Two of three brokers are stopped: no vote may be acknowledged.',
    run: stopTwo,
  },
  {
    name: 'kafka-rolling-restart',
    what: 'Every broker is stopped and started in turn.',
    run: async stage => {
      for (const broker of brokersOf(stage)) {
        await broker.restart();
        stage.happened('restart');
        await sleep(3_000);
      }
    },
  },
  {
    name: 'kafka-connections-reset',
    what: 'Connections are reset in the middle of an append, and all of them every few seconds.',
    run: async stage => {
      const resetRequest = atRandom(stage, 'append cut in half', 700);
      for (const proxy of stage.world.kafkaProxies) proxy.inflict({ resetRequest });
      for (let time = 0; time < 4; time += 1) {
        await sleep(4_000);
        for (const proxy of stage.world.kafkaProxies) stage.happened('connection reset', proxy.resetAll());
      }
      for (const proxy of stage.world.kafkaProxies) proxy.inflict({});
    },
  },
  {
    name: 'kafka-offsets-deleted',
    what: 'The offsets of the processors’ group are deleted: the replay changes nothing.',
    run: deleteOffsets,
  },
  {
    name: 'kafka-rebalance-storm',
    what: 'A member joins and leaves the processors’ group again and again.',
    run: rebalance,
  },
  {
    name: 'kafka-partitions-added',
    what: 'Topic votes grows from 8 to 16 partitions.',
    run: addPartitions,
  },
  {
    name: 'kafka-producer-ids-expired',
    what: 'The brokers forget what producers they know: their next append is of an unknown producer.',
    run: expireProducers,
  },
  {
    name: 'kafka-wide-broker-killed',
    what: 'One of four brokers is killed, with four shards: the others take over its lanes at once.',
    shape: 'wide',
    run: async stage => {
      await stage.kill(await leadingBroker(stage));
      await sleep(8_000);
    },
  },
];
