import { chmod, mkdir } from 'node:fs/promises';
import { crashPoint } from '@suffrage/runtime/crash-point';
import type { Log } from '@suffrage/runtime/log';
import { ClassicLevel } from 'classic-level';

export type Operation =
  | { readonly type: 'put'; readonly key: string; readonly value: Buffer }
  | { readonly type: 'del'; readonly key: string };

type Range = {
  readonly gte: string;
  readonly lt: string;
  readonly limit?: number;
  readonly fillCache?: boolean;
};

/** What we need of LevelDB. */
export type Database = {
  get(key: string): Promise<Buffer | undefined>;
  batch(operations: Operation[], options: { readonly sync: boolean }): Promise<void>;
  keys(range: Range): { all(): Promise<string[]> };
  values(range: Range): { all(): Promise<Buffer[]> };
  /** Sees the database as it is now. */
  iterator(range: Range): {
    all(): Promise<[string, Buffer][]>;
    nextv(size: number): Promise<[string, Buffer][]>;
    close(): Promise<void>;
  };
  open(): Promise<void>;
  close(): Promise<void>;
};

export type OpenDatabase = (directory: string) => Promise<Database>;

/** LevelDB in a directory of this process alone. Its own log gives checksums and leaves out what was torn off. */
export type QueueStore = {
  /**
   * The database, to read from. Where it is closed, because it could not be opened again after a refused write, that is
   * tried once more, at most every second.
   * @throws Error when the disk refuses that, too.
   */
  database(): Promise<Database>;
  /**
   * All operations or none. When it resolves they survive a crash of this machine. What is asked for while a write is
   * under way goes into the next one together, under one fsync.
   * @param count is called once they are done, unless the database had to be opened again: `onReopened` sees them then.
   * @throws Error when the disk refuses; they may have been done all the same.
   */
  write(operations: readonly Operation[], count?: () => void): Promise<void>;
  /** When it resolves, whatever is there to be read survives a crash as well: also what a refused write has left. */
  sync(): Promise<void>;
  /** Whether the last write was refused, less than a second ago, or the database is closed since. */
  isRefusing(): boolean;
  close(): Promise<void>;
};

type Options = {
  readonly directory: string;
  /** The topic that the votes are for: those of one log never get onto another. */
  readonly topic: string;
  /**
   * Called when the database has been opened again after a refused write, of which anything may have been done or not,
   * and once more after the write that had it opened.
   */
  readonly onReopened: (db: Database) => Promise<void>;
  readonly openDatabase?: OpenDatabase;
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
  openDatabase = openLevelDatabase,
  clock,
  log,
}: Options): Promise<QueueStore> {
  const db = await openDatabase(directory);
  await claimFor(db, topic, directory);
  let condition: Condition = 'sound';
  let refusingUntil = Number.NEGATIVE_INFINITY;

  const refused = (error: unknown) => {
    refusingUntil = clock() + PAUSE_AFTER_REFUSAL_MILLIS;
    log.error({ err: error }, 'the disk of the local queue refused a write');
  };
  /** On a full disk opening fails as well, and leaves the database closed. */
  const mend = sharedWhileRunning(async () => {
    try {
      condition = 'closed';
      await db.close();
      await db.open();
      await onReopened(db);
      condition = 'sound';
    } catch (error) {
      refused(error);
      throw error;
    }
  });
  const commit = async (group: readonly Request[]) => {
    const isReopened = condition !== 'sound';
    // LevelDB refuses every write after one that failed, until it is opened again.
    if (isReopened) await mend();
    try {
      await db.batch(
        group.flatMap(({ operations }) => operations),
        { sync: true },
      );
      crashPoint('queue-write');
    } catch (error) {
      condition = 'broken';
      refused(error);
      throw error;
    }
    if (!isReopened) for (const { count } of group) count();
    // Some of this may have been done by the refused write already: only looking tells.
    else await onReopened(db).catch(() => (condition = 'broken'));
  };
  const isRefusing = () => condition === 'closed' || clock() < refusingUntil;

  const group = groupCommits(commit);
  return {
    database: async () => {
      if (condition !== 'closed') return db;
      if (clock() < refusingUntil) throw new Error('the disk of the local queue refuses to be written');
      await mend();
      return db;
    },
    write: group.write,
    // What says nothing new: LevelDB syncs its log with all that came before, and writes nothing for nothing.
    sync: () => group.write([{ type: 'put', key: TOPIC, value: Buffer.from(topic) }]),
    isRefusing,
    close: async () => {
      await group.settled();
      await db.close();
    },
  };
}

/** `broken`: a write was refused. `closed`: it is being opened again since, or that was refused, too. */
type Condition = 'sound' | 'broken' | 'closed';

function sharedWhileRunning(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  };
}

async function openLevelDatabase(directory: string): Promise<Database> {
  await mkdir(directory, { recursive: true });
  // It holds votes: readable by this user only, also where the directory was made by somebody else's habits.
  await chmod(directory, 0o700);
  const db = new ClassicLevel<string, Buffer>(directory, { valueEncoding: 'buffer', compression: false });
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
  if (claimed === undefined)
    return db.batch([{ type: 'put', key: TOPIC, value: Buffer.from(topic) }], { sync: true });
  await db.close();
  throw new Error(
    `the local queue in ${directory} holds votes for topic ${claimed}, not ${topic}: start with that topic until it is empty, or give another SUFFRAGE_LOCAL_QUEUE_DIRECTORY`,
  );
}

type Request = PromiseWithResolvers<void> & {
  readonly operations: readonly Operation[];
  readonly count: () => void;
};

/** One commit at a time; what is asked for meanwhile is the next one. */
function groupCommits(commit: (group: readonly Request[]) => Promise<void>) {
  let waiting: Request[] = [];
  let running: Promise<void> | undefined;

  const run = async () => {
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      try {
        await commit(group);
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    running = undefined;
  };

  return {
    write: (operations: readonly Operation[], count = () => {}): Promise<void> => {
      const request = { ...Promise.withResolvers<void>(), operations, count };
      waiting.push(request);
      running ??= run();
      return request.promise;
    },
    settled: async () => {
      while (running) await running;
    },
  };
}
