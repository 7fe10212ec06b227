import type { Log } from '@suffrage/runtime/log';
import type { Owned } from './consume.ts';
import { planBatch } from './decide.ts';
import { judgeRecord, readRecord } from './judge.ts';
import { type BatchContext, isRefusal } from './process-batch.ts';
import type { RefusedRow } from './quarantine-statements.ts';

const AT_A_TIME = 100;

type Options = {
  readonly topic: string;
  readonly owned: Owned;
  readonly contextOf: (partition: number) => BatchContext;
  readonly log: Log;
};

/**
 * Tries all records again that the database refused, for the partitions of this process, each in a transaction of its
 * own under the partition's fence. What is refused again, or fails, stays quarantined and stays reported. Never throws.
 */
export async function requeueRefused(options: Options): Promise<void> {
  for (const partition of options.owned.partitions().keys()) {
    await requeuePartition(partition, options).catch(error =>
      options.log.warn({ err: error, partition }, 'refused records could not be read'),
    );
  }
}

async function requeuePartition(partition: number, options: Options, after = -1n): Promise<void> {
  const rows = await options.contextOf(partition).store.refusedRecords(partition, after, AT_A_TIME);
  for (const row of rows) await requeueRow(row, options);
  const last = rows.at(-1);
  if (last && rows.length === AT_A_TIME) await requeuePartition(partition, options, last.offset);
}

/** Never throws: one record must not keep the others waiting. */
async function requeueRow(row: RefusedRow, { topic, owned, contextOf, log }: Options): Promise<void> {
  const { partition } = row;
  const epoch = owned.partitions().get(partition);
  if (epoch === undefined) return;
  const about = { partition, offset: String(row.offset) };
  try {
    const counted = await requeueOne(row, { topic, partition, epoch }, contextOf(partition));
    log.info({ ...about, counted }, 'refused record tried again');
  } catch (error) {
    log.warn({ ...about, err: error }, 'refused record could not be tried again');
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
    await hints.announce({});
    return committed.counted.length > 0;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}
