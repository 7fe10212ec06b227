import type { Log } from '@suffrage/runtime/log';
import type { Pool } from '@suffrage/runtime/postgres/pool';
import type { Owned } from './consume.ts';
import { planBatch } from './decide.ts';
import { judgeRecord, readRecord } from './judge.ts';
import { type BatchContext, isRefusal } from './process-batch.ts';
import { type RefusedRow, refusedRecords } from './statements.ts';

const AT_A_TIME = 100;

/**
 * Tries the records again that the database refused, for the partitions of this process, each in a transaction of its
 * own under the partition's fence. What is refused again stays quarantined and stays reported.
 */
export async function requeueRefused({
  pool,
  topic,
  owned,
  contextOf,
  log,
}: {
  readonly pool: Pool;
  readonly topic: string;
  readonly owned: Owned;
  readonly contextOf: (partition: number) => BatchContext;
  readonly log: Log;
}): Promise<void> {
  const rows = await refusedRecords(pool, [...owned.partitions().keys()], AT_A_TIME);
  for (const row of rows) {
    const epoch = owned.partitions().get(row.partition);
    if (epoch === undefined) continue;
    const fence = { topic, partition: row.partition, epoch };
    const counted = await requeueOne(row, fence, contextOf(row.partition));
    log.info({ partition: row.partition, offset: String(row.offset), counted }, 'refused record tried again');
  }
}

async function requeueOne(
  row: RefusedRow,
  fence: { readonly topic: string; readonly partition: number; readonly epoch: bigint },
  { find, checkToken, store, hints, ensureElections }: BatchContext,
): Promise<boolean> {
  await ensureElections();
  const read = readRecord({ offset: row.offset, timestamp: row.timestamp, value: row.record }, find);
  const judged = judgeRecord(read, checkToken);
  // It was valid when the database refused it: on other knowledge of elections it stays set aside, and stays reported.
  if (judged.kind !== 'valid') return false;
  try {
    const committed = await store.requeue(fence, planBatch([judged]));
    if (committed.status === 'fenced') return false;
    await hints.mark(committed.counted);
    await hints.announce();
    return committed.counted.length > 0;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}
