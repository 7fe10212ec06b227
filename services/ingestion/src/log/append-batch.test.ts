import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createIngestionMetrics } from '../metrics.ts';
import { createBatchAppender } from './append-batch.ts';
import type { PartitionLeader } from './layout.ts';
import type { Append, Confirmation } from './producers.ts';

/** Four brokers, three replicas of each partition: each partition lacks one broker. */
const leaders: readonly PartitionLeader[] = [
  { partition: 0, broker: 1, replicas: [1, 2, 3] },
  { partition: 1, broker: 2, replicas: [2, 3, 1] },
  { partition: 2, broker: 3, replicas: [3, 1, 2] },
  { partition: 3, broker: 2, replicas: [2, 4, 3] },
];

test('a stalled batch is repeated where the fewest of its replicas are, and never at its own leader', async () => {
  const metrics = createIngestionMetrics();
  for (const chance of [0, 0.3, 0.6, 0.99]) {
    const sent: number[] = [];
    const chances = [0, chance];
    const append = createBatchAppender({
      topic: 'votes',
      shard: 0,
      shards: 1,
      layout: { isReachable: () => true, leaders: () => leaders, refresh: async () => undefined },
      producers: {
        send: ({ partition }: Append) => {
          sent.push(partition);
          return sent.length === 1
            ? new Promise<Confirmation>(() => undefined)
            : Promise.resolve({ partition, offset: 7n });
        },
        close: async () => undefined,
      },
      metrics,
      clock: () => 0,
      deadlineMillis: 1_000,
      sleep: millis => sleep(millis / 10),
      random: () => chances.shift() ?? 0,
    });
    expect(await append([], 0)).toEqual({ status: 'confirmed', partition: 3, offset: 7n });
    expect(sent).toEqual([0, 3]);
  }
});
