import { partitionsOfShard, replicaAssignment } from '@suffrage/contracts/shards';
import type { LogLayout, PartitionLeader } from '@suffrage/ingestion/log/layout';
import type { Append, Confirmation, ProducerPool } from '@suffrage/ingestion/log/producers';
import { repeatEvery } from '@suffrage/runtime/wait';
import type { Machine } from '../machine.ts';
import type { Random } from '../random.ts';
import type { Scheduler } from '../scheduler.ts';
import type { Weather } from '../weather.ts';

export const BROKERS = 3;
const MIN_IN_SYNC = 2;
/** `message.timestamp.before.max.ms` and `after.max.ms` of topic `votes`. */
const BEFORE_MAX_MILLIS = 15_000;
const AFTER_MAX_MILLIS = 5_000;
// As `producers.ts` sets them.
const RETRIES = 20;
const REQUEST_TIMEOUT_MILLIS = 10_000;
const MAX_UNSETTLED = 5;
const CLOSE_UNSETTLED_AFTER_MILLIS = 5_000;

const SETTLED = new Error('settled');

const REFRESH_MILLIS = 1_000;
const UNREACHABLE_AFTER_MILLIS = 5_000;

export type StoredRecord = { readonly value: Uint8Array | null; readonly timestamp: number };

/** Topic `votes` on three brokers: what has an offset is on every in-sync replica and stays there. */
export type FakeLog = {
  readonly partitions: number;
  end(partition: number): number;
  records(partition: number): readonly StoredRecord[];
  /** Appended by somebody who is not ingestion. */
  store(partition: number, records: readonly StoredRecord[]): number;
  /** Records from these offsets on, waiting for the first one up to `waitMillis`; partitions without a leader give none. */
  fetch(
    from: ReadonlyMap<number, number>,
    waitMillis: number,
  ): Promise<ReadonlyMap<number, readonly StoredRecord[]>>;
  openProducers(machine: Machine): ProducerPool;
  openLayout(machine: Machine): LogLayout;
  killBroker(broker: number): void;
  restartBroker(broker: number): void;
  isWritable(): boolean;
};

type Options = {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly weather: Weather;
  readonly partitions: number;
  readonly shards: number;
};

export function createFakeLog({ scheduler, random, weather, partitions, shards }: Options): FakeLog {
  const logs: StoredRecord[][] = Array.from({ length: partitions }, () => []);
  const up = Array.from({ length: BROKERS }, () => true);
  const replicas = logs.map((_, p) => replicaAssignment(p, shards, BROKERS, BROKERS));
  const leaders = replicas.map(([first]) => first);
  const readers = new Set<() => void>();

  const hop = () => scheduler.sleep(random.between(0.2, 4));
  const inSync = () => up.filter(Boolean).length;
  const leaderOf = (partition: number): number | undefined => {
    const leader = leaders[partition];
    return leader !== undefined && up[leader] ? leader : undefined;
  };
  const elect = () => {
    for (const [partition, candidates] of replicas.entries()) {
      if (leaderOf(partition) === undefined) leaders[partition] = candidates.find(broker => up[broker]);
    }
  };

  const store = (partition: number, records: readonly StoredRecord[]): number => {
    const log = logs[partition];
    if (!log) throw new RangeError(`there is no partition ${partition}`);
    const offset = log.length;
    log.push(...records);
    for (const wake of readers) wake();
    return offset;
  };

  /** What an idempotent producer does with one batch: however often it is sent, it is appended once. */
  const openBatch = ({ partition, timestamp, records }: Append) => {
    let offset: number | undefined;
    return {
      /** @throws Error when the brokers refuse its time. */
      append(): number {
        const age = scheduler.now() - timestamp;
        if (offset === undefined && (age > BEFORE_MAX_MILLIS || age < -AFTER_MAX_MILLIS)) {
          throw new Error('INVALID_TIMESTAMP');
        }
        offset ??= store(
          partition,
          records.map(({ value }) => ({ value, timestamp })),
        );
        return offset;
      },
    };
  };

  const canAppend = (partition: number) => leaderOf(partition) !== undefined && inSync() >= MIN_IN_SYNC;

  /** The batch is still on its way after its producer has given it up. */
  const appendLater = async (partition: number, batch: ReturnType<typeof openBatch>) => {
    await scheduler.sleep(random.between(0, 12_000));
    if (canAppend(partition)) batch.append();
  };

  const giveUp = (partition: number, batch: ReturnType<typeof openBatch>): Error => {
    if (random.chance(0.3)) batch.append();
    else if (random.chance(0.5)) appendLater(partition, batch).catch(() => undefined);
    return new Error('the producer gave up');
  };

  /** As the real producer: tries again until it is confirmed, and gives up in the end. */
  const transmit = async (append: Append): Promise<Confirmation> => {
    const { partition } = append;
    const batch = openBatch(append);
    for (let attempt = 0; attempt <= RETRIES; attempt += 1) {
      await hop();
      if (random.chance(weather.appendLost))
        await scheduler.sleep(random.between(100, REQUEST_TIMEOUT_MILLIS));
      else if (!canAppend(partition)) await scheduler.sleep(Math.min(100 * 2 ** attempt, 1_000));
      else if (random.chance(weather.appendFails)) throw giveUp(partition, batch);
      else {
        const offset = batch.append();
        await hop();
        if (!random.chance(weather.confirmationLost)) return { partition, offset: BigInt(offset) };
        await scheduler.sleep(random.between(100, REQUEST_TIMEOUT_MILLIS));
      }
    }
    throw new Error('not confirmed');
  };

  const read = (from: ReadonlyMap<number, number>) => {
    const found = new Map<number, readonly StoredRecord[]>();
    for (const [partition, offset] of from) {
      const records = leaderOf(partition) === undefined ? [] : (logs[partition] ?? []).slice(offset);
      // A fetch brings what fits, so batches have any size.
      if (records.length > 0) found.set(partition, records.slice(0, random.integer(1, 12)));
    }
    return found;
  };

  const waitForRecords = (waitMillis: number) =>
    new Promise<void>(resolve => {
      const wake = () => {
        readers.delete(wake);
        timeout.cancel();
        resolve();
      };
      const timeout = scheduler.after(waitMillis, wake);
      readers.add(wake);
    });

  return {
    partitions,
    end: partition => logs[partition]?.length ?? 0,
    records: partition => logs[partition] ?? [],
    store,
    async fetch(from, waitMillis) {
      await hop();
      const found = read(from);
      if (found.size > 0) return found;
      await waitForRecords(waitMillis);
      await hop();
      return read(from);
    },
    openProducers: machine => createProducers(machine, transmit),
    openLayout: machine =>
      createLayout(machine, hop, replicas, () => leaders.map((_, p) => leaderOf(p) ?? -1)),
    killBroker(broker) {
      up[broker] = false;
      scheduler.after(random.between(300, 3_000), elect);
    },
    restartBroker(broker) {
      up[broker] = true;
      scheduler.after(random.between(100, 1_000), elect);
    },
    isWritable: () => logs.every((_, partition) => canAppend(partition)),
  };
}

/** The pool's own rules are those of `producers.ts`. */
function createProducers(
  machine: Machine,
  transmit: (append: Append) => Promise<Confirmation>,
): ProducerPool {
  let unsettled = 0;
  return {
    send(append) {
      if (unsettled >= MAX_UNSETTLED) return undefined;
      unsettled += 1;
      const settled = new AbortController();
      const settle = () => {
        if (settled.signal.aborted) return;
        settled.abort(SETTLED);
        unsettled -= 1;
      };
      machine.sleep(CLOSE_UNSETTLED_AFTER_MILLIS, settled.signal).then(settle, () => undefined);
      const confirmed = machine.receive(transmit(append));
      confirmed.then(settle, settle);
      return confirmed;
    },
    close: () => Promise.resolve(),
  };
}

/** Asks every second, as `watchLayout` does, so that it may be wrong for a while. */
function createLayout(
  machine: Machine,
  hop: () => Promise<void>,
  replicas: readonly (readonly number[])[],
  ask: () => readonly number[],
): LogLayout {
  let leaders: readonly PartitionLeader[] = [];
  let answeredAt = Number.NEGATIVE_INFINITY;
  const refresh = async () => {
    await machine.receive(hop());
    const told = ask();
    if (told.every(broker => broker < 0)) return;
    leaders = told.map((broker, partition) => ({ partition, broker, replicas: replicas[partition] ?? [] }));
    answeredAt = machine.clock();
  };
  repeatEvery(REFRESH_MILLIS, refresh, machine.sleep);
  return {
    isReachable: () => machine.clock() - answeredAt < UNREACHABLE_AFTER_MILLIS,
    leaders: (shard, shards) => {
      const own = new Set(partitionsOfShard(shard, shards, leaders.length));
      return leaders.filter(({ partition, broker }) => own.has(partition) && broker >= 0);
    },
    isLost: () => false,
    lose: () => undefined,
    refresh,
  };
}
