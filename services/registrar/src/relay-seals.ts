import type { ElectionBook } from '@suffrage/contracts/election-book';
import { electionsKey, electionsMessage } from '@suffrage/contracts/topics';
import type { TopicFollower } from '@suffrage/runtime/kafka/follow-topic';
import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import type { Pool } from '@suffrage/runtime/postgres/pool';
import { repeatEvery } from '@suffrage/runtime/wait';
import { type Kafka, Partitioners } from 'kafkajs';
import { recordSealTold, untoldSeals, type UntoldSeal } from './seal-store.ts';

const ROUND_MILLIS = 1_000;

type Options = {
  readonly pool: Pool;
  readonly kafka: Kafka;
  readonly topic: string;
  readonly book: ElectionBook;
  readonly followed: TopicFollower;
  readonly log: Log;
};

/**
 * Tells topic `elections` which elections are sealed. A seal counts as told when the topic, read back, has it; telling it
 * twice, from two registrars or after a crash, does no harm.
 */
export function relaySeals({ pool, kafka, topic, book, followed, log }: Options, lifecycle: Lifecycle): void {
  let failing = false;
  const round = async () => {
    const untold = await untoldSeals(pool);
    if (untold.length === 0) return;
    const missing = untold.filter(({ electionId }) => book.seal(electionId) === undefined);
    if (missing.length > 0) await tell(kafka, topic, missing);
    await followed.readToEnd();
    for (const { electionId } of untold) if (book.seal(electionId)) await recordSealTold(pool, electionId);
  };
  const stop = repeatEvery(ROUND_MILLIS, () =>
    round().then(
      () => {
        failing = false;
      },
      (error: unknown) => {
        if (!failing) log.warn({ err: error }, 'seals could not be told, trying again');
        failing = true;
      },
    ),
  );
  lifecycle.onClose('seal relay', stop);
}

/** When it resolves, the messages are on every in-sync replica. A connection for them alone: this is rare. */
async function tell(kafka: Kafka, topic: string, seals: readonly UntoldSeal[]): Promise<void> {
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
    idempotent: false,
  });
  await producer.connect();
  try {
    const messages = seals.map(seal => {
      const message = electionsMessage.parse({ kind: 'seal', ...seal });
      return { key: electionsKey(message), value: JSON.stringify(message) };
    });
    await producer.send({ topic, acks: -1, timeout: 5_000, messages });
  } finally {
    await producer.disconnect();
  }
}
