import { chmod, mkdir } from 'node:fs/promises';
import type { Log } from '@suffrage/runtime/log';
import { ClassicLevel } from 'classic-level';

export type Database = ClassicLevel<string, Buffer>;

export type Operation =
  | { readonly type: 'put'; readonly key: string; readonly value: Buffer }
  | { readonly type: 'del'; readonly key: string };

/** LevelDB in a directory of this process alone. Its own log gives checksums and leaves out what was torn off. */
export type QueueStore = {
  readonly db: Database;
  /**
   * All operations or none. When it resolves they survive a crash of this machine. What is asked for while a write is
   * under way goes into the next one together, under one fsync.
   * @throws Error when the disk refuses; they may have been done all the same.
   */
  write(operations: readonly Operation[]): Promise<void>;
  /** Whether the last write was refused, less than a second ago. */
  isRefusing(): boolean;
  close(): Promise<void>;
};

type Options = {
  readonly directory: string;
  /** The topic that the votes are for: those of one log never get onto another. */
  readonly topic: string;
  /** Called when the database has been opened again after a refused write: anything may have been written or not. */
  readonly onReopened: (db: Database) => Promise<void>;
  readonly clock: () => number;
  readonly log: Log;
};

const TOPIC = 'topic';
const PAUSE_AFTER_REFUSAL_MILLIS = 1_000;

/** @throws Error when another process uses the directory, it can't be written, or holds votes for another topic. */
export async function openQueueStore({
  directory,
  topic,
  onReopened,
  clock,
  log,
}: Options): Promise<QueueStore> {
  const db = await openDatabase(directory);
  await claimFor(db, topic, directory);
  let isBroken = false;
  let refusingUntil = Number.NEGATIVE_INFINITY;

  const commit = async (operations: Operation[]) => {
    try {
      // LevelDB refuses every write after one that failed, until it is opened again.
      if (isBroken) {
        await db.close();
        await db.open();
        await onReopened(db);
        isBroken = false;
      }
      await db.batch(operations, { sync: true });
    } catch (error) {
      isBroken = true;
      refusingUntil = clock() + PAUSE_AFTER_REFUSAL_MILLIS;
      log.error({ err: error }, 'the disk of the local queue refused a write');
      throw error;
    }
  };

  const group = groupCommits(commit);
  return {
    db,
    write: group.write,
    isRefusing: () => clock() < refusingUntil,
    close: async () => {
      await group.settled();
      await db.close();
    },
  };
}

async function openDatabase(directory: string): Promise<Database> {
  await mkdir(directory, { recursive: true });
  // It holds votes: readable by this user only, also where the directory was made by somebody else's habits.
  await chmod(directory, 0o700);
  const db: Database = new ClassicLevel(directory, { valueEncoding: 'buffer', compression: false });
  try {
    await db.open();
    return db;
  } catch (error) {
    throw new Error(openingFailure(directory, error), { cause: error });
  }
}

function openingFailure(directory: string, error: unknown): string {
  const cause = error instanceof Error || isObject(error) ? Reflect.get(error, 'cause') : undefined;
  if (isObject(cause) && Reflect.get(cause, 'code') === 'LEVEL_LOCKED') {
    return `the local queue in ${directory} is in use by another process: give each ingestion process a SUFFRAGE_LOCAL_QUEUE_DIRECTORY of its own`;
  }
  return `the local queue in ${directory} can not be opened`;
}

/** (By shape: under a test runner the system's errors are of another realm.) */
function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

async function claimFor(db: Database, topic: string, directory: string): Promise<void> {
  const claimed = (await db.get(TOPIC))?.toString();
  if (claimed === topic) return;
  if (claimed === undefined) return db.put(TOPIC, Buffer.from(topic), { sync: true });
  await db.close();
  throw new Error(
    `the local queue in ${directory} holds votes for topic ${claimed}, not ${topic}: start with that topic until it is empty, or give another SUFFRAGE_LOCAL_QUEUE_DIRECTORY`,
  );
}

type Request = PromiseWithResolvers<void> & { readonly operations: readonly Operation[] };

/** One commit at a time; what is asked for meanwhile is the next one. */
function groupCommits(commit: (operations: Operation[]) => Promise<void>) {
  let waiting: Request[] = [];
  let running: Promise<void> | undefined;

  const run = async () => {
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      try {
        await commit(group.flatMap(({ operations }) => operations));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    running = undefined;
  };

  return {
    write: (operations: readonly Operation[]): Promise<void> => {
      const request = { ...Promise.withResolvers<void>(), operations };
      waiting.push(request);
      running ??= run();
      return request.promise;
    },
    settled: async () => {
      while (running) await running;
    },
  };
}
