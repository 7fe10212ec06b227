import { Kafka, logLevel } from 'kafkajs';
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import { until } from './poll.ts';
import type { TestServers } from './servers.ts';

const KAFKA_IMAGE = process.env.SUFFRAGE_TEST_KAFKA_IMAGE ?? 'apache/kafka:4.3.0';
const POSTGRES_IMAGE = process.env.SUFFRAGE_TEST_POSTGRES_IMAGE ?? 'postgres:18';
const REDIS_IMAGE = process.env.SUFFRAGE_TEST_REDIS_IMAGE ?? 'redis:8';

/** The servers of a test run as containers, for machines with an engine and these images. */
export async function startContainers(): Promise<{ addresses: TestServers; stop: () => Promise<void> }> {
  const [kafka, postgres, redis] = await Promise.all([startKafka(), startPostgres(), startRedis()]);
  return {
    addresses: {
      brokers: [kafka.address],
      postgresUrl: `postgresql://postgres:test@${address(postgres, 5432)}/postgres`,
      redisUrl: `redis://${address(redis, 6379)}`,
    },
    stop: async () => {
      await Promise.all([kafka.container.stop(), postgres.stop(), redis.stop()]);
    },
  };
}

/** The broker must advertise a port that is only known once it runs, so it starts when the port has been written. */
async function startKafka() {
  const start = '/tmp/start.sh';
  const container = await new GenericContainer(KAFKA_IMAGE)
    .withExposedPorts(9092)
    .withEntrypoint([
      'sh',
      '-c',
      `echo prepared; until [ -f ${start} ]; do sleep 0.1; done; exec sh ${start}`,
    ])
    .withWaitStrategy(Wait.forLogMessage('prepared'))
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
    })
    .start();
  const advertised = address(container, 9092);
  const script = `export KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://${advertised}\nexec /etc/kafka/docker/run\n`;
  await container.copyContentToContainer([{ content: script, target: start }]);
  await answers(advertised);
  return { container, address: advertised };
}

async function answers(broker: string): Promise<void> {
  const admin = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING, retry: { retries: 0 } }).admin();
  await until('Kafka answers', () => admin.connect().then(() => true), 60_000);
  await admin.disconnect();
}

function startPostgres() {
  return new GenericContainer(POSTGRES_IMAGE)
    .withExposedPorts(5432)
    .withEnvironment({ POSTGRES_PASSWORD: 'test' })
    .withWaitStrategy(Wait.forLogMessage('database system is ready to accept connections', 2))
    .start();
}

function startRedis() {
  return new GenericContainer(REDIS_IMAGE).withExposedPorts(6379).start();
}

function address(container: StartedTestContainer, port: number): string {
  return `${container.getHost()}:${container.getMappedPort(port)}`;
}
