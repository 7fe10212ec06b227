import { setTimeout as sleep } from 'node:timers/promises';
import { Producer } from '@platformatic/kafka';

const COLLECT_MILLIS = 3;
export const BATCH = 1_000;
const STICK_MILLIS = 500;

/** Appends records that lie ready, as many as were asked for: one batch at a time, collected for 3 ms, one partition for 500 ms. */
export type ReadyLog = { readonly append: () => void; readonly appended: () => number };

export function openReadyLog(
  brokers: readonly string[],
  topic: string,
  partitions: number,
  records: readonly Buffer[],
): ReadyLog {
  const producer = new Producer({
    clientId: 'floor',
    bootstrapBrokers: [...brokers],
    idempotent: true,
    acks: -1,
    retries: 20,
    autocreateTopics: false,
  });
  const ready = Array.from({ length: partitions }, (_, partition) =>
    Array.from({ length: BATCH }, (_each, place) => ({
      topic,
      partition,
      value: records[place % records.length] ?? Buffer.alloc(0),
    })),
  );
  let [waiting, appended, running] = [0, 0, false];
  const run = async () => {
    running = true;
    while (waiting > 0) {
      if (waiting < BATCH) await sleep(COLLECT_MILLIS);
      const size = Math.min(waiting, BATCH);
      waiting -= size;
      const partition = Math.floor(performance.now() / STICK_MILLIS) % partitions;
      await producer.send({ acks: -1, messages: (ready[partition] ?? []).slice(0, size) });
      appended += size;
    }
    running = false;
  };
  return {
    append: () => {
      waiting += 1;
      if (!running) void run();
    },
    appended: () => appended,
  };
}
