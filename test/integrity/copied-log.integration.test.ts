import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { settingsOf } from '@suffrage/ingestion/prepare/check-log';
import { prepareLog } from '@suffrage/ingestion/prepare/prepare-log';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';
import kafkajs, { type Admin, Partitioners, type Producer } from 'kafkajs';

jest.setTimeout(120_000);

let bed: Testbed;
let admin: Admin;
let producer: Producer;

beforeAll(async () => {
  bed = await openTestbed({ partitions: 2 });
  admin = bed.kafka.admin();
  producer = bed.kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: { retries: 0 },
  });
  for (const client of [admin, producer]) {
    await client.connect();
    bed.lifecycle.onClose('client', () => client.disconnect());
  }
}, 60_000);
afterAll(() => bed?.close(), 60_000);

const prepare = (copy: boolean) =>
  prepareLog(
    {
      access: { brokers: bed.brokers },
      namespace: bed.namespace,
      partitions: 2,
      shards: 1,
      replication: 1,
      copy,
    },
    bed.log,
  );

/** A record that was appended elsewhere a minute ago. */
const copyOne = () =>
  producer.send({
    topic: bed.topics.votes,
    acks: -1,
    messages: [{ partition: 0, value: 'copied', timestamp: String(Date.now() - 60_000) }],
  });
const elections = () => settingsOf(admin, bed.topics.elections);

test('topics take another region’s log, however late it comes, until they are a log of their own', async () => {
  await expect(copyOne()).rejects.toThrow(/timestamp/i);
  await admin.alterConfigs({
    validateOnly: false,
    resources: [
      {
        type: kafkajs.ConfigResourceTypes.TOPIC,
        name: bed.topics.elections,
        configEntries: [{ name: 'segment.ms', value: '86400000' }],
      },
    ],
  });

  await prepare(true);
  await copyOne();
  expect(await elections()).toMatchObject({ 'message.timestamp.type': 'CreateTime' });

  await prepare(false);
  await expect(copyOne()).rejects.toThrow(/timestamp/i);
  // What an operator has set himself stays.
  expect(await elections()).toMatchObject({
    'message.timestamp.type': 'LogAppendTime',
    'segment.ms': '86400000',
  });
});
