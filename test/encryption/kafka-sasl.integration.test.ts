import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { alterUserScramCredentialsV0, Connection } from '@platformatic/kafka';
import { openLogReader } from '@suffrage/audit/read-log';
import { type KafkaAccess, kafkaAccess, type KafkaSettings } from '@suffrage/runtime/kafka/access';
import { createLog } from '@suffrage/runtime/log';
import { type EncryptedServers, startEncryptedServers } from '../support/encrypted-servers.ts';
import { createTopic, refusals, TOPIC, useBothClients } from '../support/kafka-clients.ts';

const log = createLog('test', 'test', 'silent');
const USER = { name: 'ingestion', password: 'planted-password' };
/** Above the session time that the broker gives. */
const BEYOND_SESSION_MILLIS = 14_000;

let servers: EncryptedServers;

beforeAll(async () => {
  servers = await startEncryptedServers();
  await createTopic(servers);
  await addUser();
}, 120_000);
afterAll(() => servers?.stop());

/** As an operator does with kafka-configs (KIP-554). */
async function addUser(): Promise<void> {
  const [iterations, salt] = [8_192, randomBytes(16)];
  const saltedPassword = pbkdf2Sync(USER.password, salt, iterations, 64, 'sha512');
  const connection = new Connection('test', {});
  await connection.connect('127.0.0.1', servers.infrastructure.ports.kafka[0] ?? 0);
  const scramSha512 = 2;
  await alterUserScramCredentialsV0.api.async(
    connection,
    [],
    [{ name: USER.name, mechanism: scramSha512, iterations, salt, saltedPassword }],
  );
  await connection.close();
}

async function settings(
  port: 'kafkaScram' | 'kafkaOAuth',
  secret: string,
  more: Partial<KafkaSettings>,
): Promise<KafkaSettings> {
  const file = join(servers.directory, `secret-${randomBytes(4).toString('hex')}`);
  await writeFile(file, `${secret}\n`, { mode: 0o600 });
  return {
    SUFFRAGE_KAFKA_BROKERS: [`127.0.0.1:${servers.ports[port]}`],
    SUFFRAGE_KAFKA_CA_FILE: servers.client.ca,
    SUFFRAGE_KAFKA_PASSWORD_FILE: file,
    ...more,
  };
}

const scram = (password: string) =>
  settings('kafkaScram', password, {
    SUFFRAGE_KAFKA_SASL: 'scram-sha-512',
    SUFFRAGE_KAFKA_USERNAME: USER.name,
  });
const oauth = (token: string) => settings('kafkaOAuth', token, { SUFFRAGE_KAFKA_SASL: 'oauthbearer' });

/** An unsigned token, which the test broker takes for an hour. */
function unsignedToken(lifetimeSeconds = 3_600): string {
  const now = Math.floor(Date.now() / 1_000);
  const parts = [{ alg: 'none' }, { sub: USER.name, iat: now - 60, exp: now + lifetimeSeconds }];
  return `${parts.map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`;
}

test('SCRAM-SHA-512: with the password both clients append and read', async () => {
  await useBothClients(kafkaAccess(await scram(USER.password), log));
}, 30_000);

test('SCRAM-SHA-512: with another password neither is served', async () => {
  for (const refusal of await refusals(kafkaAccess(await scram('guessed'), log)))
    expect(refusal).toMatch(/[Aa]uthentication failed|SASL/);
}, 30_000);

test('OAUTHBEARER: with a token both clients append and read', async () => {
  await useBothClients(kafkaAccess(await oauth(unsignedToken()), log));
}, 30_000);

test('OAUTHBEARER: with a token that has ended, or that is none, neither is served', async () => {
  for (const token of [unsignedToken(-30), 'guessed'])
    expect(await refusals(kafkaAccess(await oauth(token), log))).not.toContain('served');
}, 60_000);

test('OAUTHBEARER: a client that is connected for longer than its session shows a new token and goes on', async () => {
  const access = kafkaAccess(await oauth(unsignedToken()), log);
  if (access.sasl?.mechanism !== 'oauthbearer') throw new Error('unreachable: it is oauthbearer');
  let asked = 0;
  const { token } = access.sasl;
  const counting: KafkaAccess = {
    ...access,
    sasl: {
      mechanism: 'oauthbearer',
      token: () => {
        asked += 1;
        return token();
      },
    },
  };
  let before = 0;
  await useBothClients(counting, async () => {
    before = asked;
    await sleep(BEYOND_SESSION_MILLIS);
  });
  expect(asked).toBeGreaterThan(before);
}, 60_000);

test('the audit reads the log with the settings of its environment', async () => {
  const before = { ...process.env };
  try {
    for (const given of [await scram(USER.password), await oauth(unsignedToken())]) {
      const { SUFFRAGE_KAFKA_BROKERS: brokers, ...variables } = given;
      Object.assign(process.env, variables);
      const reader = openLogReader(brokers);
      const read: string[] = [];
      for (const range of await reader.ranges(TOPIC))
        await reader.read(TOPIC, range, ({ value }) => read.push(String(value)));
      await reader.close();
      expect(read.length).toBeGreaterThan(0);
    }
  } finally {
    process.env = before;
  }
}, 60_000);
