import type { Log } from '@suffrage/runtime/log';
import { sleep as systemSleep, type Sleep } from '@suffrage/runtime/wait';
import type { LogRecord } from './judge.ts';
import type { ProcessorMetrics } from './metrics.ts';
import { type BatchContext, processBatch } from './process-batch.ts';
import type { Progress } from './progress-statements.ts';

/**
 * How the consumer goes on: `done` with the next fetch, `seek` to an offset, `retake` because another epoch is in
 * force, `leave` because the consumer has moved on and these records will come again, here or elsewhere.
 */
export type Step =
  | { readonly kind: 'done'; readonly nextOffset: bigint }
  | { readonly kind: 'seek'; readonly offset: bigint }
  | { readonly kind: 'retake' }
  | { readonly kind: 'leave' };

/**
 * One partition for one generation of the consumer group.
 * States: *taken* (it has raised the epoch and knows where to go on) -> *working* -> *stopped* (another epoch is in
 * force, or the group has moved the partition). A stopped worker writes nothing; the fence sees to it even if it tries.
 */
export type PartitionWorker = {
  readonly partition: number;
  readonly epoch: bigint;
  nextOffset(): bigint;
  /** Accounts for records in offset order; those already accounted for are dropped, a gap is never skipped. */
  work(records: readonly LogRecord[], membership: Membership): Promise<Step>;
  /**
   * Where to go on if the database no longer stands where this worker left it; `undefined` when all is well, or while
   * records are worked on. A partition without new records would else never learn that its database was restored.
   */
  check(): Promise<Step | undefined>;
};

type Options = {
  readonly topic: string;
  readonly partition: number;
  readonly context: BatchContext;
  readonly metrics: Pick<ProcessorMetrics, 'interruptions'>;
  readonly log: Log;
  readonly sleep?: Sleep;
};

/** What the consumer group says while records are being worked on. */
export type Membership = {
  /** Keeps the membership alive; throws when the group has moved on. */
  readonly heartbeat: () => Promise<void>;
  readonly isCurrent: () => boolean;
};

const RETRY_FROM_MILLIS = 100;
const RETRY_TO_MILLIS = 2_000;

/** Takes the partition: whoever held it before is fenced off from here on. */
export async function takePartition(options: Options): Promise<PartitionWorker> {
  const { topic, partition, context, metrics, log, sleep = systemSleep } = options;
  const { epoch, nextOffset } = await context.store.take(topic, partition);
  const fence = { topic, partition, epoch };
  const position = { nextOffset };
  /** Odd while records are worked on. */
  let turns = 0;

  /** What is in force now tells what has happened. */
  const goOnFrom = (now: Progress | undefined): Step => {
    if (now?.epoch !== epoch) return { kind: 'retake' };
    log.warn(
      { partition, expected: String(position.nextOffset), found: String(now.nextOffset) },
      'position differs',
    );
    // Greater: the reply to our commit was lost. Smaller: the database was restored. Either way it is right.
    position.nextOffset = now.nextOffset;
    return { kind: 'seek', offset: now.nextOffset };
  };

  const attempt = async (records: readonly LogRecord[]): Promise<Step> => {
    const fresh = records.filter(({ offset }) => offset >= position.nextOffset);
    const [first] = fresh;
    if (!first) return { kind: 'done', nextOffset: position.nextOffset };
    if (first.offset > position.nextOffset) {
      metrics.interruptions.inc({ reason: 'gap' });
      log.error(
        { partition, expected: String(position.nextOffset), got: String(first.offset) },
        'gap: seeking back',
      );
      return { kind: 'seek', offset: position.nextOffset };
    }
    refuseHoles(fresh, partition);
    if ((await processBatch(fresh, fence, context)) === 'fenced') {
      metrics.interruptions.inc({ reason: 'fenced' });
      return goOnFrom(await context.store.readProgress(topic, partition));
    }
    position.nextOffset = (fresh.at(-1)?.offset ?? first.offset) + 1n;
    return { kind: 'done', nextOffset: position.nextOffset };
  };

  const tryUntilDone = async (
    records: readonly LogRecord[],
    { heartbeat, isCurrent }: Membership,
  ): Promise<Step> => {
    for (let pause = RETRY_FROM_MILLIS; ; pause = Math.min(pause * 2, RETRY_TO_MILLIS)) {
      if (!isCurrent()) return { kind: 'leave' };
      try {
        return await attempt(records);
      } catch (error) {
        metrics.interruptions.inc({ reason: 'fault' });
        log.error({ err: error, partition, retryInMillis: pause }, 'batch failed, trying again');
      }
      await sleep(pause);
      await heartbeat();
    }
  };

  return {
    partition,
    epoch,
    nextOffset: () => position.nextOffset,
    async work(records, membership) {
      turns += 1;
      try {
        return await tryUntilDone(records, membership);
      } finally {
        turns += 1;
      }
    },
    async check() {
      const turn = turns;
      if (turn % 2 === 1) return undefined;
      const now = await context.store.readProgress(topic, partition);
      // Records came meanwhile: their own transaction finds out.
      if (turns !== turn) return undefined;
      if (now?.epoch === epoch && now.nextOffset === position.nextOffset) return undefined;
      metrics.interruptions.inc({ reason: 'database' });
      return goOnFrom(now);
    },
  };
}

/** The sum of outcomes is the offset: that holds only on a log without holes, which a topic like ours has. */
function refuseHoles(records: readonly LogRecord[], partition: number): void {
  const [first] = records;
  if (!first) return;
  for (const [place, { offset }] of records.entries()) {
    if (offset !== first.offset + BigInt(place))
      throw new Error(`partition ${partition} has a hole before ${offset}`);
  }
}
