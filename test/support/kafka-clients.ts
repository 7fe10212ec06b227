import { Admin, Producer } from '@platformatic/kafka';
import { brokersOf, type KafkaAccess } from '@suffrage/runtime/kafka/access';
import { kafkaClient } from '@suffrage/runtime/kafka/client';
import { followTopic } from '@suffrage/runtime/kafka/follow-topic';
import { createLifecycle } from '@suffrage/runtime/lifecycle';
import { createLog } from '@suffrage/runtime/log';
import type { EncryptedServers } from './encrypted-servers.ts';
import { until } from './poll.ts';

const log = createLog('test', 'test', 'silent');

/** Of one partition; see `createTopic`. */
export const TOPIC = 'encrypted';

export async function createTopic({ infrastructure }: EncryptedServers): Promise<void> {
  const admin = kafkaClient({ brokers: infrastructure.kafka.addresses }, 'test', log).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 1 }], waitForLeaders: true });
  await admin.disconnect();
}

/** What both clients do in the services: append, read on, ask about topics, and as a member of a group. */
export async function useBothClients(
  access: KafkaAccess,
  meanwhile: () => Promise<void> = async () => undefined,
): Promise<void> {
  const lifecycle = createLifecycle(log);
  try {
    const producer = new Producer({ clientId: 'test', ...brokersOf(access), idempotent: true, retries: 2 });
    lifecycle.onClose('producer', () => producer.close(true));
    const append = async () => {
      const value = `vote ${Math.random()}`;
      const message = { topic: TOPIC, partition: 0, key: Buffer.from('k'), value: Buffer.from(value) };
      await producer.send({ acks: -1, messages: [message] });
      return value;
    };
    const first = await append();

    const followed: string[] = [];
    const onRecord = (record: { value: Buffer | null }) => void followed.push(String(record.value));
    const follower = followTopic({ access, topic: TOPIC, onRecord, clock: Date.now, log }, lifecycle);
    await follower.readToEnd();
    if (!followed.includes(first)) throw new Error('the follower has missed a record');

    const kafka = kafkaClient(access, 'test', log);
    const consumed: string[] = [];
    const consumer = kafka.consumer({ groupId: `group-${Math.random()}` });
    lifecycle.onClose('consumer', () => consumer.disconnect());
    await consumer.connect();
    await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
    await consumer.run({ eachMessage: async ({ message }) => void consumed.push(String(message.value)) });
    await until('kafkajs has read it', () => consumed.includes(first));
    await meanwhile();
    const second = await append();
    await follower.readToEnd();
    if (!followed.includes(second)) throw new Error('the follower has missed a record');
    await until('kafkajs has read the other', () => consumed.includes(second));
  } finally {
    await lifecycle.close();
  }
}

/** Why each of the clients is refused. */
export async function refusals(access: KafkaAccess): Promise<readonly string[]> {
  const admin = new Admin({ clientId: 'test', ...brokersOf(access), retries: 0, connectTimeout: 3_000 });
  const first = await admin.listTopics().then(() => 'served', reasons);
  await admin.close();
  const second = kafkaClient(access, 'test', log).admin();
  // The answer to a wrong token is not read by this client: only a request shows that it is not served.
  const other = await second
    .connect()
    .then(() => second.listTopics())
    .then(() => 'served', reasons);
  await second.disconnect();
  return [first, other];
}

function reasons(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('message' in error)) return String(error);
  const inner = 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  const cause = 'cause' in error ? [error.cause] : [];
  return [String(error.message), ...[...inner, ...cause].filter(Boolean).map(reasons)].join('; ');
}
