import { setTimeout as sleep } from 'node:timers/promises';
import { topicNames } from '@suffrage/contracts/topics';
import type { OnProgress } from './progress.ts';
import type { PartitionRange } from './ranges.ts';
import { type DatabaseView, openDatabase } from './read-database.ts';
import type { LogReader } from './read-log.ts';

type Where = {
  readonly brokers: readonly string[];
  readonly databaseUrls: readonly string[];
  readonly namespace: string;
  readonly waitMillis?: number;
};

const WAIT_STEP_MILLIS = 500;

export type Views = { readonly views: readonly DatabaseView[]; readonly ranges: readonly PartitionRange[] };

/**
 * Fixes one moment in each database, *then* the end of the log: whatever the databases know of lies below that end, also
 * while votes arrive.
 */
export async function openViews(options: Where, log: LogReader, onProgress: OnProgress): Promise<Views> {
  const { votes } = topicNames(options.namespace);
  const deadline = Date.now() + (options.waitMillis ?? 0);
  // Not what is appended meanwhile: while votes arrive there is always something that nobody has processed.
  let awaited: readonly PartitionRange[] | undefined;
  for (;;) {
    const views = await openAll(options.databaseUrls, votes);
    try {
      const ranges = await log.ranges(votes);
      awaited ??= ranges;
      const lag = lagOf(awaited, views);
      if (lag === 0 || Date.now() >= deadline) return { views, ranges };
      onProgress({ stage: 'waiting for the processor', done: lag });
    } catch (error) {
      await closeAll(views);
      throw new Error(`topic ${votes} can not be read from ${options.brokers.join(', ')}`, { cause: error });
    }
    await closeAll(views);
    await sleep(WAIT_STEP_MILLIS);
  }
}

async function openAll(urls: readonly string[], topic: string): Promise<DatabaseView[]> {
  const results = await Promise.allSettled([...new Set(urls)].map(url => openDatabase(url, topic)));
  const views = results.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = results.find(result => result.status === 'rejected');
  if (!failed) return views;
  await closeAll(views);
  throw failed.reason;
}

async function closeAll(views: readonly DatabaseView[]): Promise<void> {
  await Promise.allSettled(views.map(view => view.close()));
}

function lagOf(ranges: readonly PartitionRange[], views: readonly DatabaseView[]): number {
  const rows = views.flatMap(({ progress }) => progress);
  return ranges.reduce((lag, { partition, end }) => {
    const reached = Math.max(
      0,
      ...rows.filter(row => row.partition === partition).map(row => row.nextOffset),
    );
    return lag + Math.max(0, end - reached);
  }, 0);
}
