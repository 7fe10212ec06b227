import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { kafkaClient } from '@suffrage/runtime/kafka/client';
import { createLog } from '@suffrage/runtime/log';
import { findSecrets } from './find-secrets.ts';
import { keepTopics } from './keep-written.ts';
import { testServers } from './servers.ts';
import { WRITTEN_DIRECTORY } from './written.ts';

test('secrets in keys and headers of topics are found, in text and in bytes', async () => {
  const { brokers } = testServers();
  const kafka = kafkaClient({ brokers }, 'test', createLog('test', 'test', 'silent'));
  const topic = `t${randomBytes(5).toString('hex')}`;
  const directory = await mkdtemp(join(tmpdir(), 'suffrage-kept-'));
  const before = process.env[WRITTEN_DIRECTORY];
  const [admin, producer] = [kafka.admin(), kafka.producer()];
  await admin.connect();
  await producer.connect();
  try {
    await admin.createTopics({ topics: [{ topic, numPartitions: 2, replicationFactor: 1 }] });
    const [salt, token] = [randomBytes(32), randomBytes(256)];
    await producer.send({
      topic,
      acks: -1,
      messages: [
        {
          partition: 0,
          key: 'a fine key',
          value: 'a record',
          headers: { traceparent: '00-0af7651916cd43dd' },
        },
        { partition: 1, key: token, value: 'a record' },
        { partition: 1, value: 'a record', headers: { reference: salt } },
      ],
    });
    process.env[WRITTEN_DIRECTORY] = directory;
    await keepTopics(brokers);
    const [file = ''] = await readdir(directory);
    const lines = (await readFile(join(directory, file), 'utf8')).split('\n');
    const ours = lines.filter(line => line.startsWith(`["${topic}"`)).toSorted();
    expect(ours).toHaveLength(3);
    const kinds = findSecrets(ours.join('\n'), new Set([salt.toString('base64url')])).map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual(['a planted secret', 'a token']);
  } finally {
    process.env[WRITTEN_DIRECTORY] = before;
    await admin.deleteTopics({ topics: [topic] });
    await producer.disconnect();
    await admin.disconnect();
    await rm(directory, { recursive: true });
  }
}, 60_000);
