import type { VotesConsumer } from '@suffrage/processor/consume';
import type { ConsumerConfig, ConsumerGroupJoinEvent, EachBatchPayload, KafkaMessage } from 'kafkajs';
import type { Machine } from '../machine.ts';
import type { FakeGroup, Membership } from './fake-group.ts';
import { isGroupError } from './fake-group.ts';
import type { FakeLog, StoredRecord } from './fake-log.ts';

type EachBatch = (payload: EachBatchPayload) => Promise<void>;
type JoinListener = (event: ConsumerGroupJoinEvent) => void;

/** kafkajs pauses so long before it fetches again after a fault. */
const RETRY_MILLIS = 300;
/** Longer than kafkajs waits for records: nothing depends on it, and idle fetches would be half of all events. */
const IDLE_FETCH_MILLIS = 1_000;
const GROUP_JOIN = 'consumer.group_join';

type Options = {
  readonly machine: Machine;
  readonly log: FakeLog;
  readonly group: FakeGroup;
  readonly config: ConsumerConfig;
};

/**
 * A member of the group as kafkajs 2.2 is one (read from its `runner.js`, `consumerGroup.js` and `fetcher.js`): one round
 * of fetching at a time, its batches worked on concurrently; the round ends when all have ended, and only then does the
 * member join again. A seek takes effect at the next fetch, makes batches of its partition stale at once, and outlives
 * a rebalance.
 */
export function createFakeConsumer({ machine, log, group, config }: Options): VotesConsumer {
  const listeners: JoinListener[] = [];
  const seeks = new Map<number, number>();
  const resolved = new Map<number, number>();
  let membership: Membership | undefined;
  let memberId = '';
  let running = false;
  let heartbeatAt = Number.NEGATIVE_INFINITY;
  let stopped: Promise<void> = Promise.resolve();

  const joinOnce = async (topic: string) => {
    const joined = await machine.receive(group.join(memberId, machine));
    memberId = joined.memberId;
    membership = joined;
    resolved.clear();
    for (const partition of joined.partitions) resolved.set(partition, group.committed(partition) ?? 0);
    for (const listener of listeners) listener(joinEvent(topic, joined));
  };

  const join = async (topic: string) => {
    while (running) {
      try {
        return await joinOnce(topic);
      } catch (error) {
        if (!isGroupError(error)) throw error;
        if (error.type === 'UNKNOWN_MEMBER_ID') memberId = '';
        await machine.sleep(RETRY_MILLIS);
      }
    }
  };

  const heartbeat = async () => {
    const due = heartbeatAt + (config.heartbeatInterval ?? 3_000);
    if (!membership || machine.clock() < due) return;
    await machine.receive(group.heartbeat(membership));
    heartbeatAt = machine.clock();
  };

  const fetch = async () => {
    const own = membership?.partitions ?? [];
    for (const partition of own) {
      const offset = seeks.get(partition);
      if (offset !== undefined) resolved.set(partition, offset);
      seeks.delete(partition);
    }
    const from = new Map(own.map(partition => [partition, resolved.get(partition) ?? 0]));
    const found = await machine.receive(log.fetch(from, IDLE_FETCH_MILLIS));
    return [...found]
      .filter(([partition]) => !seeks.has(partition))
      .map(([partition, records]) => ({ partition, records, offset: from.get(partition) ?? 0 }));
  };

  const payloadOf = (topic: string, { partition, records, offset }: Fetched): EachBatchPayload => {
    const last = String(offset + records.length - 1);
    const batch = {
      topic,
      partition,
      highWatermark: String(log.end(partition)),
      messages: records.map((record, place) => toMessage(record, offset + place)),
      isEmpty: () => records.length === 0,
      firstOffset: () => String(offset),
      lastOffset: () => last,
      offsetLag: () => '0',
      offsetLagLow: () => '0',
    };
    return {
      batch,
      resolveOffset: to => void resolved.set(partition, Number(to) + 1),
      heartbeat,
      pause: () => () => undefined,
      commitOffsetsIfNecessary: () => Promise.resolve(),
      uncommittedOffsets: () => ({ topics: [] }),
      isRunning: () => running,
      isStale: () => seeks.has(partition),
    };
  };

  const workRound = async (topic: string, eachBatch: EachBatch, concurrency: number) => {
    const waiting = await fetch();
    if (waiting.length === 0) await heartbeat();
    const failures: unknown[] = [];
    const work = async () => {
      for (let fetched = waiting.shift(); fetched; fetched = waiting.shift()) {
        try {
          await eachBatch(payloadOf(topic, fetched));
          await heartbeat();
        } catch (error) {
          failures.push(error);
        }
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
    if (failures.length > 0) throw failures[0];
  };

  const loop = async (topic: string, eachBatch: EachBatch, concurrency: number) => {
    while (running) {
      try {
        await workRound(topic, eachBatch, concurrency);
      } catch (error) {
        if (!isGroupError(error)) await machine.sleep(RETRY_MILLIS);
        else {
          if (error.type === 'UNKNOWN_MEMBER_ID') memberId = '';
          await join(topic);
        }
      }
    }
  };

  let subscribed = '';
  return {
    connect: () => machine.receive(Promise.resolve()),
    subscribe: async subscription => {
      if ('topic' in subscription) subscribed = String(subscription.topic);
    },
    run: async ({ eachBatch, partitionsConsumedConcurrently = 1 } = {}) => {
      if (!eachBatch) throw new Error('nobody works on batches');
      running = true;
      await join(subscribed);
      stopped = loop(subscribed, eachBatch, partitionsConsumedConcurrently);
    },
    seek: ({ partition, offset }) => void seeks.set(partition, Number(offset)),
    commitOffsets: async positions => {
      for (const { partition, offset } of positions) {
        if (membership) await machine.receive(group.commit(membership, partition, Number(offset)));
      }
    },
    disconnect: async () => {
      running = false;
      await stopped;
      await machine.receive(group.leave(memberId));
    },
    // kafkajs has one overload for each event; only joins happen here.
    on: (name: string, listener: (event: never) => void) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the name decides the type
      if (name === GROUP_JOIN) listeners.push(listener as JoinListener);
      return () => undefined;
    },
    events: EVENTS,
  };
}

type Fetched = {
  readonly partition: number;
  readonly records: readonly StoredRecord[];
  readonly offset: number;
};

const EVENTS: VotesConsumer['events'] = {
  HEARTBEAT: 'consumer.heartbeat',
  COMMIT_OFFSETS: 'consumer.commit_offsets',
  GROUP_JOIN,
  FETCH_START: 'consumer.fetch_start',
  FETCH: 'consumer.fetch',
  START_BATCH_PROCESS: 'consumer.start_batch_process',
  END_BATCH_PROCESS: 'consumer.end_batch_process',
  CONNECT: 'consumer.connect',
  DISCONNECT: 'consumer.disconnect',
  STOP: 'consumer.stop',
  CRASH: 'consumer.crash',
  REBALANCING: 'consumer.rebalancing',
  RECEIVED_UNSUBSCRIBED_TOPICS: 'consumer.received_unsubscribed_topics',
  REQUEST: 'consumer.network.request',
  REQUEST_TIMEOUT: 'consumer.network.request_timeout',
  REQUEST_QUEUE_SIZE: 'consumer.network.request_queue_size',
};

function toMessage({ value, timestamp }: StoredRecord, offset: number): KafkaMessage {
  return {
    key: null,
    value: value && Buffer.from(value),
    timestamp: String(timestamp),
    attributes: 0,
    offset: String(offset),
    headers: {},
  };
}

function joinEvent(topic: string, { memberId, partitions }: Membership): ConsumerGroupJoinEvent {
  const payload = {
    duration: 0,
    groupId: '',
    isLeader: false,
    leaderId: '',
    groupProtocol: '',
    memberId,
    memberAssignment: { [topic]: [...partitions] },
  };
  return { id: '', type: GROUP_JOIN, timestamp: 0, payload };
}
