import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Admin, Producer } from '@platformatic/kafka';
import { brokersOf, type KafkaAccess, kafkaAccess, type KafkaSettings } from '@suffrage/runtime/kafka/access';
import { kafkaClient } from '@suffrage/runtime/kafka/client';
import { followTopic } from '@suffrage/runtime/kafka/follow-topic';
import { createLifecycle } from '@suffrage/runtime/lifecycle';
import { createLog } from '@suffrage/runtime/log';
import { createAuthority } from '../support/certificates.ts';
import { type EncryptedServers, startEncryptedServers, writeTls } from '../support/encrypted-servers.ts';
import { until } from '../support/poll.ts';

const log = createLog('test', 'test', 'silent');
const TOPIC = 'encrypted';

let servers: EncryptedServers;

beforeAll(async () => {
  servers = await startEncryptedServers();
  const admin = kafkaClient({ brokers: servers.infrastructure.kafka.addresses }, 'test', log).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 1 }], waitForLeaders: true });
  await admin.disconnect();
}, 120_000);
afterAll(() => servers?.stop());

type Port = keyof EncryptedServers['ports'];

function settings(port: Port, more: Partial<KafkaSettings>): KafkaSettings {
  return { SUFFRAGE_KAFKA_BROKERS: [`127.0.0.1:${servers.ports[port]}`], ...more };
}

const withCertificate = () => ({
  SUFFRAGE_KAFKA_CA_FILE: servers.client.ca,
  SUFFRAGE_KAFKA_CERTIFICATE_FILE: servers.client.certificate,
  SUFFRAGE_KAFKA_KEY_FILE: servers.client.key,
});

/** What both clients do in the services: append, read on, ask about topics, and as a member of a group. */
async function useBothClients(access: KafkaAccess): Promise<void> {
  const lifecycle = createLifecycle(log);
  try {
    const producer = new Producer({ clientId: 'test', ...brokersOf(access), idempotent: true, retries: 2 });
    lifecycle.onClose('producer', () => producer.close(true));
    const value = Buffer.from(`vote ${Math.random()}`);
    await producer.send({
      acks: -1,
      messages: [{ topic: TOPIC, partition: 0, key: Buffer.from('k'), value }],
    });

    const followed: string[] = [];
    const onRecord = (record: { value: Buffer | null }) => void followed.push(String(record.value));
    const follower = followTopic({ access, topic: TOPIC, onRecord, clock: Date.now, log }, lifecycle);
    await follower.readToEnd();
    expect(followed).toContain(value.toString());

    const kafka = kafkaClient(access, 'test', log);
    const consumed: string[] = [];
    const consumer = kafka.consumer({ groupId: `group-${Math.random()}` });
    lifecycle.onClose('consumer', () => consumer.disconnect());
    await consumer.connect();
    await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
    await consumer.run({ eachMessage: async ({ message }) => void consumed.push(String(message.value)) });
    await until('kafkajs has read it', async () => consumed.includes(value.toString()));
  } finally {
    await lifecycle.close();
  }
}

/** Why each of the clients is refused. */
async function refusals(access: KafkaAccess): Promise<readonly string[]> {
  const admin = new Admin({ clientId: 'test', ...brokersOf(access), retries: 0, connectTimeout: 3_000 });
  const first = await admin.listTopics().then(() => 'served', reasons);
  await admin.close();
  const second = kafkaClient(access, 'test', log).admin();
  const other = await second.connect().then(() => 'served', reasons);
  await second.disconnect();
  return [first, other];
}

function reasons(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = error instanceof AggregateError ? error.errors : [];
  return [error.message, ...[...inner, error.cause].filter(Boolean).map(reasons)].join('; ');
}

test('with a certificate both clients append and read over TLS', async () => {
  await useBothClients(kafkaAccess(settings('kafka', withCertificate()), log));
}, 30_000);

test('without a certificate neither client is served', async () => {
  const access = kafkaAccess(settings('kafka', { SUFFRAGE_KAFKA_CA_FILE: servers.client.ca }), log);
  expect(await refusals(access)).not.toContain('served');
}, 30_000);

test('with a certificate of another authority neither client is served', async () => {
  const other = await createAuthority('another authority');
  const files = await writeTls(
    servers.directory,
    'stranger',
    servers.authority.pem,
    await other.issue('client'),
  );
  const access = kafkaAccess(
    settings('kafka', {
      SUFFRAGE_KAFKA_CA_FILE: files.ca,
      SUFFRAGE_KAFKA_CERTIFICATE_FILE: files.certificate,
      SUFFRAGE_KAFKA_KEY_FILE: files.key,
    }),
    log,
  );
  expect(await refusals(access)).not.toContain('served');
}, 30_000);

test('a broker with a certificate of another authority is not talked to', async () => {
  const other = await createAuthority('another authority');
  const ca = join(servers.directory, 'another-ca.pem');
  await writeFile(ca, other.pem);
  const access = kafkaAccess(settings('kafka', { ...withCertificate(), SUFFRAGE_KAFKA_CA_FILE: ca }), log);
  for (const refusal of await refusals(access)) expect(refusal).toMatch(/unable to verify|self-signed/);
}, 30_000);
