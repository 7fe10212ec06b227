import { isDeepStrictEqual } from 'node:util';
import type { ElectionBook } from '@suffrage/contracts/election-book';
import { electionId } from '@suffrage/contracts/election';
import { electionsKey, type ElectionsMessage, type PublishedElection } from '@suffrage/contracts/topics';
import { crashPoint } from '@suffrage/runtime/crash-point';
import type { TopicFollower } from '@suffrage/runtime/kafka/follow-topic';
import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import type { Client, Pool } from '@suffrage/runtime/postgres/pool';
import { type Kafka, Partitioners, type Producer } from 'kafkajs';
import {
  adoptClosing,
  closingsAstray,
  recordTold,
  replaceClosing,
  tellAgain,
  type Untold,
  untoldAnnulments,
  untoldSeals,
  withNextUntold,
} from './announcement-store.ts';
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
 * shows that it counts. Several registrars take turns. Whatever hangs on its way counts within 10 s or never, and only
 * if nothing newer has: the book ignores it otherwise, and the definition is told again. Returns its alarm clock.
 */
export function relayOutbox(options: Options, lifecycle: Lifecycle): () => void {
  const { pool, book, log } = options;
  const producer = freshProducer(options.kafka);
  let wake: () => void = () => undefined;
  let stopped = false;

  /** Past an entry that fails: an election that can't be told must not keep the others waiting. */
  const drain = async (after = 0): Promise<void> => {
    let entry: number | undefined;
    try {
      await withNextUntold(pool, after, (untold, client) => {
        entry = untold.entry;
        return tell(untold, client, options, producer.get);
      });
    } catch (error) {
      log.warn({ err: error, entry }, 'topic elections could not be told, trying again');
      await producer.drop();
    }
    if (entry !== undefined && !stopped) await drain(entry);
  };
  /** What a row says, as long as it has not been read back: twice does no harm. */
  const tellRow = async (message: ElectionsMessage) => {
    await send(await producer.get(), options.topic, message).catch(async error => {
      await producer.drop();
      throw error;
    });
    await options.followed.readToEnd();
  };
  const round = async () => {
    if (book.overtaken().size > 0) await tellAgain(pool, [...book.overtaken()]);
    await adoptWhatIsKnown(options);
    await drain();
    const known = book.elections().map(({ definition }) => definition.id);
    const annulled = known.filter(id => book.annulment(id));
    for (const { electionId: id, ...annulment } of await untoldAnnulments(pool, annulled))
      await tellRow({ kind: 'annulment', electionId: electionId.parse(id), ...annulment });
    const sealed = known.filter(id => book.seal(id));
    for (const { electionId: id, closesAt } of await untoldSeals(pool, sealed))
      await tellRow({ kind: 'seal', electionId: electionId.parse(id), closesAt });
  };
  const loop = async () => {
    while (!stopped) {
      await round().catch(error => log.warn({ err: error }, 'the outbox could not be read, trying again'));
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

async function adoptWhatIsKnown({ pool, book, followed, clock, log }: Options): Promise<void> {
  const known = book.elections().map(({ definition: { id, closesAt } }) => ({ id, closesAt }));
  for (const id of await closingsAstray(pool, known)) {
    await adoptClosing(
      pool,
      id,
      async () => {
        await followed.readToEnd();
        const closesAt = book.find(id)?.definition.closesAt;
        log.warn({ electionId: id, closesAt }, 'the closing that everybody knows is adopted');
        return closesAt;
      },
      clock,
    );
  }
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
): Promise<void> {
  const { definition } = untold;
  const { id, closesAt } = definition;
  await followed.readToEnd();
  const known = book.find(id);
  if (isDeepStrictEqual(known?.definition, definition) && !book.overtaken().has(id)) {
    await recordTold(client, untold);
    return;
  }
  const plan = planAnnouncement(known?.closesAt, Date.parse(closesAt), followed.brokersClock());
  if ('instead' in plan) {
    const instead = new Date(plan.instead).toISOString();
    log.warn({ electionId: id, closesAt, instead }, 'the closing could not be announced in time');
    await replaceClosing(client, untold, {
      closesAt: instead,
      known: known?.definition.closesAt,
      at: clock(),
    });
    return;
  }
  const message: PublishedElection = {
    kind: 'election',
    // A database that was restored may have forgotten how far it had counted.
    version: Math.max(untold.version, book.version(id) + 1),
    announceBy: new Date(plan.announceBy).toISOString(),
    definition,
  };
  crashPoint('between-database-commit-and-topic');
  await send(await producer(), topic, message);
  await followed.readToEnd();
  if (book.version(id) !== message.version) throw new Error(`the message about election ${id} came too late`);
  await recordTold(client, untold);
}

async function send(producer: Producer, topic: string, message: ElectionsMessage): Promise<void> {
  const messages = [{ key: electionsKey(message), value: JSON.stringify(message) }];
  await producer.send({ topic, acks: -1, timeout: 5_000, messages });
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
