import { alarm as systemAlarm, type Alarm } from '@suffrage/runtime/wait';
import type { IngestionMetrics } from '../metrics.ts';
import { createHedgeBudget } from './hedge-budget.ts';
import type { LogLayout, PartitionLeader } from './layout.ts';
import type { Confirmation, LogRecord, ProducerPool } from './producers.ts';

/**
 * `confirmed`: every in-sync replica has the batch, at this place. `not-sent`: nothing was handed to a producer.
 * `unknown`: handed over and not confirmed in time; it may be on the log, once or twice, or not.
 */
export type AppendOutcome =
  | ({ readonly status: 'confirmed' } & Confirmation)
  | { readonly status: 'not-sent' | 'unknown' };

export type BatchAppender = (records: readonly LogRecord[], timestamp: number) => Promise<AppendOutcome>;

const STICK_MILLIS = 500;
const HEDGE_AFTER_MILLIS = 200;
const AVOID_BROKER_MILLIS = 3_000;
const BREAKER_MILLIS = 1_000;

type Options = {
  readonly topic: string;
  readonly shard: number;
  readonly shards: number;
  readonly layout: LogLayout;
  readonly producers: ProducerPool;
  readonly metrics: Pick<IngestionMetrics, 'batches' | 'appendSeconds'>;
  readonly clock: () => number;
  /** How long a batch may wait for its confirmation. */
  readonly deadlineMillis: number;
  readonly alarm?: Alarm;
  /** Chooses partitions: from 0 up to 1. */
  readonly random?: () => number;
};

/**
 * Appends one batch at a time to one partition of the shard, which changes every 500 ms. Not confirmed within 200 ms:
 * the same batch is appended once more, through another producer, to a partition led by another broker and with as few
 * of the same replicas as can be, and the first confirmation counts; a vote twice on the log is counted once. The
 * deadline is our own timer, because the client's ends later.
 */
export function createBatchAppender({
  topic,
  shard,
  shards,
  layout,
  producers,
  metrics,
  clock,
  deadlineMillis,
  alarm = systemAlarm,
  random = Math.random,
}: Options): BatchAppender {
  const budget = createHedgeBudget();
  const avoidedUntil = new Map<number, number>();
  let current: PartitionLeader | undefined;
  let chosenAt = 0;
  let brokenUntil = 0;

  /** 0: all its brokers are there. 1: one that has to confirm may be gone. 2: its leader may be. */
  const rank = ({ broker, replicas }: PartitionLeader, now: number): number => {
    if ((avoidedUntil.get(broker) ?? 0) > now || layout.isLost(broker)) return 2;
    return replicas.some(layout.isLost) ? 1 : 0;
  };

  const candidates = (now: number, stalled?: PartitionLeader): readonly PartitionLeader[] => {
    const leaders = layout.leaders(shard, shards).filter(({ broker }) => broker !== stalled?.broker);
    const best = Math.min(...leaders.map(leader => rank(leader, now)));
    return leastShared(
      leaders.filter(leader => rank(leader, now) === best),
      stalled,
    );
  };

  const pick = (choice: readonly PartitionLeader[]) => choice[Math.floor(random() * choice.length)];

  const stick = (now: number): PartitionLeader | undefined => {
    const sticks = current && now - chosenAt < STICK_MILLIS ? current : undefined;
    if (sticks && rank(sticks, now) === 0) return sticks;
    const choice = candidates(now);
    if (sticks && choice.some(({ partition }) => partition === sticks.partition)) return sticks;
    current = pick(choice);
    chosenAt = now;
    return current;
  };

  const hedge = (stalled: PartitionLeader, records: readonly LogRecord[], timestamp: number) => {
    const now = clock();
    avoidedUntil.set(stalled.broker, now + AVOID_BROKER_MILLIS);
    void layout.refresh();
    const other = pick(candidates(now, stalled));
    if (!other || !budget.take(stalled.partition, now)) return undefined;
    current = other;
    chosenAt = now;
    return producers.send({ topic, partition: other.partition, timestamp, records });
  };

  const count = (result: 'confirmed' | 'hedged' | 'failed', since: number) => {
    metrics.batches.inc({ result });
    metrics.appendSeconds.observe({ result }, (clock() - since) / 1000);
  };

  return async (records, timestamp) => {
    const now = clock();
    const target = now < brokenUntil || !layout.isReachable() ? undefined : stick(now);
    const first = target && producers.send({ topic, partition: target.partition, timestamp, records });
    if (!target || !first) return { status: 'not-sent' };
    budget.countBatch(now);
    const prompt = await settledWithin([first], HEDGE_AFTER_MILLIS, alarm);
    if (prompt) {
      budget.recovered(target.partition);
      count('confirmed', now);
      return { status: 'confirmed', ...prompt };
    }
    const second = hedge(target, records, timestamp);
    const sends = second ? [first, second] : [first];
    const late = await settledWithin(sends, deadlineMillis - HEDGE_AFTER_MILLIS, alarm);
    count(late ? 'hedged' : 'failed', now);
    if (late) return { status: 'confirmed', ...late };
    // For a moment nothing more is handed over: callers get an answer that lets them try again without doubt.
    brokenUntil = clock() + BREAKER_MILLIS;
    return { status: 'unknown' };
  };
}

/**
 * Any of the stalled partition's replicas may be the one that is gone, not only its leader: those partitions that have the
 * fewest of them.
 */
function leastShared(
  choice: readonly PartitionLeader[],
  stalled: PartitionLeader | undefined,
): readonly PartitionLeader[] {
  if (!stalled) return choice;
  const shared = ({ replicas }: PartitionLeader) =>
    replicas.filter(broker => stalled.replicas.includes(broker)).length;
  const fewest = Math.min(...choice.map(shared));
  return choice.filter(leader => shared(leader) === fewest);
}

/** The first confirmation, or `undefined` when all sends failed or none confirmed in time. */
function settledWithin(
  sends: readonly Promise<Confirmation>[],
  millis: number,
  alarm: Alarm,
): Promise<Confirmation | undefined> {
  return new Promise(resolve => {
    const quieten = alarm(millis, () => resolve(undefined));
    const settle = (confirmation?: Confirmation) => {
      quieten();
      resolve(confirmation);
    };
    Promise.any(sends).then(settle, () => settle());
  });
}
