import type { ElectionBook } from '@suffrage/contracts/election-book';
import { electionsKey, type PublishedElection } from '@suffrage/contracts/topics';
import { crashPoint } from '@suffrage/runtime/crash-point';
import type { TopicFollower } from '@suffrage/runtime/kafka/follow-topic';
import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import type { Client, Pool } from '@suffrage/runtime/postgres/pool';
import { type Kafka, Partitioners, type Producer } from 'kafkajs';
import { recordTold, replaceClosing, tellAgain, type Untold, withOldestUntold } from './election-store.ts';
import { planAnnouncement } from './schedule.ts';

const IDLE_MILLIS = 1_000;

type Options = {
  readonly pool: Pool;
  readonly kafka: Kafka;
  readonly topic: string;
  /** What the topic says, as everybody reads it. */
  readonly book: ElectionBook;
  readonly followed: TopicFollower;
  readonly clock: () => number;
  readonly log: Log;
};

/**
 * Tells topic `elections` what has changed, oldest first, one at a time; an entry of the outbox goes only when the book
 * shows that it counts. Several registrars take turns. What a dying process sends late has a lower version or is past
 * its `announceBy`: the book ignores it, and the definition is told again. Returns its alarm clock.
 */
export function relayOutbox(options: Options, lifecycle: Lifecycle): () => void {
  const { pool, book, log } = options;
  const producer = freshProducer(options.kafka);
  let wake: () => void = () => undefined;
  let stopped = false;

  const drain = async (): Promise<void> => {
    const done = await withOldestUntold(pool, (untold, client) =>
      tell(untold, client, options, producer.get),
    );
    if (done) await drain();
  };
  const round = async () => {
    if (book.overtaken().size > 0) await tellAgain(pool, [...book.overtaken()]);
    await drain();
  };
  const loop = async () => {
    while (!stopped) {
      await round().catch(async error => {
        log.warn({ err: error }, 'topic elections could not be told, trying again');
        await producer.drop();
      });
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, IDLE_MILLIS);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const running = loop();
  lifecycle.onClose('outbox relay', async () => {
    stopped = true;
    wake();
    await running;
    await producer.drop();
  });
  return () => wake();
}

/**
 * Settles one entry.
 * @throws Error when it is not certain that the message counts; the entry then stays.
 */
async function tell(
  untold: Untold,
  client: Client,
  { topic, book, followed, clock, log }: Options,
  producer: () => Promise<Producer>,
): Promise<true> {
  const { entry, definition } = untold;
  const { id, closesAt } = definition;
  await followed.readToEnd();
  const known = book.find(id)?.definition.closesAt;
  if (known === closesAt && !book.overtaken().has(id)) {
    await recordTold(client, untold);
    return true;
  }
  const plan = planAnnouncement(book.find(id)?.closesAt, Date.parse(closesAt), clock());
  if (known !== undefined && 'instead' in plan) {
    const instead = new Date(plan.instead).toISOString();
    log.warn({ electionId: id, closesAt, instead }, 'the closing could not be announced in time');
    await replaceClosing(client, untold, { closesAt: instead, known });
    return true;
  }
  const message: PublishedElection = {
    kind: 'election',
    version: Math.max(entry, book.version(id) + 1),
    ...('announceBy' in plan ? { announceBy: new Date(plan.announceBy).toISOString() } : {}),
    definition,
  };
  crashPoint('between-database-commit-and-topic');
  const messages = [{ key: electionsKey(message), value: JSON.stringify(message) }];
  await (await producer()).send({ topic, acks: -1, timeout: 5_000, messages });
  await followed.readToEnd();
  if (book.version(id) !== message.version) throw new Error(`the message about election ${id} came too late`);
  await recordTold(client, untold);
  return true;
}

/** A producer that is made when needed, and anew after an error: its state is not certain then. */
function freshProducer(kafka: Kafka) {
  let current: Producer | undefined;
  return {
    get: async () => {
      if (current) return current;
      const made = kafka.producer({
        allowAutoTopicCreation: false,
        createPartitioner: Partitioners.DefaultPartitioner,
        retry: { retries: 0 },
      });
      await made.connect();
      current = made;
      return made;
    },
    drop: async () => {
      const dropped = current;
      current = undefined;
      await dropped?.disconnect().catch(() => undefined);
    },
  };
}
