import { createElectionBook, type ElectionBook } from '@suffrage/contracts/election-book';
import { electionsKey, type ElectionsMessage } from '@suffrage/contracts/topics';
import { repeatEvery } from '@suffrage/runtime/wait';
import type { Machine } from '../machine.ts';
import type { Random } from '../random.ts';
import type { Scheduler } from '../scheduler.ts';

const REFRESH_MILLIS = 2_000;

/** Topic `elections`: what was published, and when. */
export type FakeElections = {
  publish(message: ElectionsMessage): void;
  /** A book of its own, and how far it has been read, as `followTopic` has it. */
  follow(machine: Machine): Followed;
  /** All that was published, for whoever judges in the end. */
  readAll(): ElectionBook;
  /** Nobody can read the topic for so long. */
  stop(millis: number): void;
};

export type Followed = {
  readonly book: ElectionBook;
  readToEnd(): Promise<void>;
  completeAsOf(): number;
};

type Published = { readonly key: Uint8Array; readonly value: Uint8Array; readonly appendedAt: number };

export function createFakeElections(scheduler: Scheduler, random: Random): FakeElections {
  const topic: Published[] = [];
  let downUntil = 0;
  const hop = () => scheduler.sleep(random.between(0.2, 20));

  const follow = (machine: Machine): Followed => {
    const book = createElectionBook();
    let position = 0;
    let completeAsOf = Number.NEGATIVE_INFINITY;
    const readToEnd = async () => {
      const askedAt = machine.clock();
      await machine.receive(hop());
      if (scheduler.now() < downUntil) throw new Error('topic elections can not be read');
      const end = topic.length;
      await machine.receive(hop());
      for (const record of topic.slice(position, end)) book.apply(record);
      position = Math.max(position, end);
      completeAsOf = Math.max(completeAsOf, askedAt);
    };
    repeatEvery(REFRESH_MILLIS, () => readToEnd().catch(() => undefined), machine.sleep);
    return { book, readToEnd, completeAsOf: () => completeAsOf };
  };

  return {
    publish(message) {
      topic.push({
        key: Buffer.from(electionsKey(message)),
        value: Buffer.from(JSON.stringify(message)),
        appendedAt: scheduler.now(),
      });
    },
    follow,
    readAll() {
      const book = createElectionBook();
      for (const record of topic) book.apply(record);
      return book;
    },
    stop: millis => {
      downUntil = Math.max(downUntil, scheduler.now() + millis);
    },
  };
}
