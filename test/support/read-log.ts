import { randomUUID } from 'node:crypto';
import { type RecordedVote, decodeVoteRecord } from '@suffrage/contracts/vote';
import type { IHeaders, Kafka } from 'kafkajs';

export type LoggedRecord = {
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer;
  readonly headers: IHeaders;
  readonly vote: RecordedVote | undefined;
};

/** Everything that lies on a topic at this moment, from offset 0 of every partition. */
export async function readLog(kafka: Kafka, topic: string): Promise<LoggedRecord[]> {
  const admin = kafka.admin();
  const consumer = kafka.consumer({ groupId: `read-${randomUUID()}`, maxWaitTimeInMs: 50 });
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  let missing = ends.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
  const records: LoggedRecord[] = [];
  if (missing === 0) return records;
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const { promise: complete, resolve } = Promise.withResolvers<void>();
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ partition, message }) => {
      const value = message.value ?? Buffer.alloc(0);
      records.push({
        partition,
        offset: Number(message.offset),
        timestamp: Number(message.timestamp),
        key: message.key,
        value,
        headers: message.headers ?? {},
        vote: decodeVoteRecord(value),
      });
      missing -= 1;
      if (missing === 0) resolve();
    },
  });
  await complete;
  await consumer.disconnect();
  return records;
}
