import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import type { Pool } from '@suffrage/runtime/postgres/pool';
import { keepTrying } from '@suffrage/runtime/wait';
import type { Kafka } from 'kafkajs';
import type { Owned } from './consume.ts';
import { markRelayed, quarantinedRecords } from './quarantine-statements.ts';

const AT_A_TIME = 100;

/**
 * Copies news of quarantined records from `outcomes` to topic `votes.quarantine`: where the record lies and why, never
 * the record itself, which stays on the log. A row is marked only after the brokers have confirmed, so news may come
 * twice and is never lost.
 */
export function createQuarantineRelay(
  {
    kafka,
    votesTopic,
    topic,
    owned,
    log,
  }: {
    readonly kafka: Kafka;
    readonly votesTopic: string;
    readonly topic: string;
    readonly owned: Owned;
    readonly log: Log;
  },
  lifecycle: Lifecycle,
): (pool: Pool) => Promise<void> {
  const producer = kafka.producer();
  const stopping = new AbortController();
  const connected = keepTrying('quarantine producer', log, () => producer.connect(), stopping.signal);
  connected.catch(() => undefined);
  lifecycle.onClose('quarantine producer', async () => {
    stopping.abort();
    await producer.disconnect();
  });
  return async pool => {
    const rows = await quarantinedRecords(pool, [...owned.partitions().keys()], AT_A_TIME);
    if (rows.length === 0) return;
    await connected;
    const messages = rows.map(({ partition, offset, reason }) => ({
      key: `${partition}/${offset}`,
      value: JSON.stringify({ topic: votesTopic, partition, offset: offset.toString(), reason }),
    }));
    await producer.send({ topic, acks: -1, messages });
    await markRelayed(pool, rows);
  };
}
