import { setTimeout as sleep } from 'node:timers/promises';
import type { Part } from '@suffrage/stack/part';
import type { FaultCase, Stage } from '../fault-case.ts';
import { untilAcknowledged } from '../load.ts';

function brokersOf({ world }: Stage): readonly Part[] {
  return world.infrastructure.kafka.brokers;
}

/** Which broker leads most partitions of the log now: killing another one would show less. */
async function leadingBroker({ world }: Stage): Promise<Part> {
  const admin = world.kafka.admin();
  await admin.connect();
  const { topics } = await admin.fetchTopicMetadata({ topics: [world.topics.votes] });
  await admin.disconnect();
  const led = Map.groupBy(topics[0]?.partitions ?? [], ({ leader }) => leader);
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
    run: stage => killLeaders(stage, 3),
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
      await Promise.all(brokersOf(stage).map(stage.kill));
      await sleep(6_000);
      await Promise.all(brokersOf(stage).map(broker => broker.start()));
      await untilAcknowledged(stage.load, 100);
    },
  },
];
