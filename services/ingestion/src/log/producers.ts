import { Producer } from '@platformatic/kafka';
import { brokersOf, type KafkaAccess } from '@suffrage/runtime/kafka/access';
import type { Log } from '@suffrage/runtime/log';
import type { IngestionMetrics } from '../metrics.ts';
import { reasonOf } from './append-error.ts';
import type { BrokerAddress } from './layout.ts';

/** One batch for one partition. `value` is a whole vote record. */
export type LogRecord = { readonly value: Uint8Array; readonly headers: ReadonlyMap<string, string> };

export type Append = {
  readonly topic: string;
  readonly partition: number;
  /** Milliseconds since 1970: the CreateTime of every record. */
  readonly timestamp: number;
  readonly records: readonly LogRecord[];
};

/** Where the batch begins: record `i` lies at `offset + i`. */
export type Confirmation = { readonly partition: number; readonly offset: bigint };

/**
 * Producers of one lane. A producer has at most one send outstanding, to one partition: with more, clients lose
 * acknowledged records when a leader fails (measured in docs/design/dependencies.md).
 */
export type ProducerPool = {
  /**
   * Sends through a free producer. `undefined` when there is none: `MAX_UNSETTLED` sends have not settled yet. The promise
   * resolves when every in-sync replica has the batch; when it rejects, the batch may be on the log or not.
   */
  send(append: Append): Promise<Confirmation> | undefined;
  close(): Promise<void>;
};

const MAX_UNSETTLED = 5;
/** By then its batch has been answered. Kept for longer, a few lost acknowledgements would take all of a lane's producers. */
const CLOSE_UNSETTLED_AFTER_MILLIS = 5_000;

type Options = {
  readonly access: KafkaAccess;
  readonly clientId: string;
  /** Told when a broker ends a connection. */
  readonly onLost: (broker: BrokerAddress) => void;
  readonly metrics: Pick<IngestionMetrics, 'appendErrors'>;
  readonly log: Log;
};

export function createProducerPool({ access, clientId, onLost, metrics, log }: Options): ProducerPool {
  // The second one waits connected: when a partition stalls, the hedge must not first shake hands.
  let opened = 0;
  const { brokers } = access;
  // Each begins with another broker of the list: one that is frozen holds up only those that ask it first.
  const open = () => {
    opened += 1;
    const first = opened % brokers.length;
    const producer = openProducer(
      { ...access, brokers: [...brokers.slice(first), ...brokers.slice(0, first)] },
      clientId,
    );
    // Those that we end ourselves tell nothing of the broker.
    producer.on('client:broker:disconnect', ({ broker }) => !producer.closed && onLost(broker));
    return producer;
  };
  const idle: Producer[] = [open(), open()];
  const unsettled = new Set<Producer>();
  for (const producer of idle) producer.initIdempotentProducer({}).catch(() => undefined);

  const discard = (producer: Producer) => {
    producer.close(true).catch(error => log.debug({ err: error }, 'closing a producer failed'));
  };

  const settle = (producer: Producer, healthy: boolean) => {
    // False when it was given up already.
    if (!unsettled.delete(producer)) return;
    if (healthy) idle.push(producer);
    else discard(producer);
  };

  return {
    send(append) {
      if (unsettled.size >= MAX_UNSETTLED) return undefined;
      const producer = idle.pop() ?? open();
      unsettled.add(producer);
      const giveUp = setTimeout(() => settle(producer, false), CLOSE_UNSETTLED_AFTER_MILLIS);
      return sendBatch(producer, append).then(
        confirmation => {
          clearTimeout(giveUp);
          settle(producer, true);
          return confirmation;
        },
        error => {
          clearTimeout(giveUp);
          settle(producer, false);
          metrics.appendErrors.inc({ reason: reasonOf(error) });
          throw error;
        },
      );
    },
    async close() {
      await Promise.allSettled([...idle, ...unsettled].map(producer => producer.close(true)));
    },
  };
}

function openProducer(access: KafkaAccess, clientId: string): Producer {
  return new Producer({
    clientId,
    ...brokersOf(access),
    idempotent: true,
    acks: -1,
    // The default is endless; ours ends a little after the records are too old for the brokers to take.
    retries: 20,
    retryDelay: (_client, _operation, attempt) => Math.min(100 * 2 ** attempt, 1_000),
    timeout: 5_000,
    requestTimeout: 10_000,
    connectTimeout: 3_000,
    metadataMaxAge: 60_000,
    autocreateTopics: false,
  });
}

function encodeHeaders(headers: LogRecord['headers']): Map<Buffer, Buffer> {
  return new Map([...headers].map(([name, text]) => [Buffer.from(name), Buffer.from(text)]));
}

async function sendBatch(
  producer: Producer,
  { topic, partition, timestamp, records }: Append,
): Promise<Confirmation> {
  const createTime = BigInt(timestamp);
  const { offsets } = await producer.send({
    acks: -1,
    messages: records.map(({ value, headers }) => ({
      topic,
      partition,
      timestamp: createTime,
      value: Buffer.from(value.buffer, value.byteOffset, value.byteLength),
      ...(headers.size === 0 ? {} : { headers: encodeHeaders(headers) }),
    })),
  });
  const [confirmed] = offsets ?? [];
  // The client may have appended to another partition than asked for, so only the response counts.
  if (!confirmed) throw new Error('the broker confirmed a batch without saying where');
  // It takes the partition modulo the number that it knows, up to a minute old: there are more now, so it looks again.
  if (confirmed.partition !== partition) producer.clearMetadata();
  return { partition: confirmed.partition, offset: confirmed.offset };
}
