import { expect, test } from '@jest/globals';
import { createIngestionMetrics } from '../metrics.ts';
import { alarm } from '@suffrage/runtime/wait';
import { createBatchAppender } from './append-batch.ts';
import type { PartitionLeader } from './layout.ts';
import type { Append, Confirmation } from './producers.ts';

/** Four brokers, three replicas of each partition: each partition lacks one broker. */
const leaders: readonly PartitionLeader[] = [
  { partition: 0, broker: 1, replicas: [1, 2, 3] },
  { partition: 1, broker: 2, replicas: [2, 3, 1] },
  { partition: 2, broker: 3, replicas: [3, 1, 2] },
  { partition: 3, broker: 2, replicas: [2, 4, 3] },
  { partition: 4, broker: 4, replicas: [4, 1, 2] },
];

/** Appends a batch, and another when none stalls: a send to partition `stalls` never settles. Gives the partitions that were sent to. */
async function appendTo(stalls: number, chances: number[], isLost: (broker: number) => boolean) {
  const sent: number[] = [];
  const append = createBatchAppender({
    topic: 'votes',
    shard: 0,
    shards: 1,
    layout: {
      isReachable: () => true,
      leaders: () => leaders,
      isLost,
      lose: () => undefined,
      refresh: async () => undefined,
    },
    producers: {
      send: ({ partition }: Append) => {
        sent.push(partition);
        return partition === stalls
          ? new Promise<Confirmation>(() => undefined)
          : Promise.resolve({ partition, offset: 7n });
      },
      close: async () => undefined,
    },
    metrics: createIngestionMetrics(),
    clock: () => 0,
    deadlineMillis: 1_000,
    alarm: (millis, ring) => alarm(millis / 10, ring),
    random: () => chances.shift() ?? 0,
  });
  const outcome = await append([], 0);
  if (stalls < 0) await append([], 0);
  return { outcome, sent };
}

test('a stalled batch is repeated where the fewest of its replicas are, and never at its own leader', async () => {
  for (const chance of [0, 0.3, 0.6, 0.99]) {
    const { outcome, sent } = await appendTo(0, [0, chance], () => false);
    const partition = chance < 0.5 ? 3 : 4;
    expect(outcome).toEqual({ status: 'confirmed', partition, offset: 7n });
    expect(sent).toEqual([0, partition]);
  }
});

test('a stalled batch is repeated where the broker that was lost has nothing to confirm', async () => {
  let lost = false;
  // It is lost while the first send is under way.
  const isLost = (broker: number) => broker === 3 && lost;
  setTimeout(() => (lost = true), 1);
  const { sent } = await appendTo(0, [0], isLost);
  expect(sent).toEqual([0, 4]);
});

test('batches go where no broker is lost, or at least to a leader that is there, and stick to it', async () => {
  for (const chance of [0, 0.3, 0.6, 0.99]) {
    expect((await appendTo(-1, [chance], broker => broker === 3)).sent).toEqual([4, 4]);
    const partition = chance < 0.5 ? 1 : 3;
    expect((await appendTo(-1, [chance], broker => broker !== 2)).sent).toEqual([partition, partition]);
  }
});
