import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { kafkaAccess, type KafkaSettings } from '@suffrage/runtime/kafka/access';
import { createLog } from '@suffrage/runtime/log';
import { createAuthority } from '../support/certificates.ts';
import { createTopic, refusals, useBothClients } from '../support/kafka-clients.ts';
import { type EncryptedServers, startEncryptedServers, writeTls } from '../support/encrypted-servers.ts';

const log = createLog('test', 'test', 'silent');

let servers: EncryptedServers;

beforeAll(async () => {
  servers = await startEncryptedServers();
  await createTopic(servers);
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
