import type { LocalVoteStatus } from '@suffrage/contracts/local-vote';
import type { Log } from '@suffrage/runtime/log';
import type { IngestionMetrics } from '../metrics.ts';
import {
  EXPIRED,
  identityInKey,
  identityOf,
  NAMES,
  numberInKey,
  shardOfKey,
  shardPrefix,
  startingWith,
  TIME_BYTES,
  type VoteIdentity,
  voteKey,
  VOTES,
  withTime,
} from './queue-keys.ts';
import {
  type Database,
  type OpenDatabase,
  type Operation,
  openQueueStore,
  type QueueStore,
} from './queue-store.ts';

export type KeptVote = {
  /** Its place: votes of one shard are in the order of their keys. */
  readonly key: string;
  readonly identity: string;
  /** A whole vote record, as it will lie on the log. */
  readonly record: Uint8Array;
};

/** Votes on this instance's disk, in the order of their arrival, one order for each shard. */
export type LocalQueue = {
  /** Whether votes are taken now: the bound leaves room for one of any size, and the disk takes writes. */
  hasRoom(): boolean;
  /**
   * When it resolves with true the vote survives a crash of this process and of this machine, not the loss of its disk.
   * With false nothing was written: there is no room. A vote that is held already is not written again.
   * @throws Error when the disk refuses; the vote may be held all the same.
   */
  keep(shard: number, vote: VoteIdentity & { readonly value: Uint8Array }): Promise<boolean>;
  /** Shards that hold votes. */
  shards(): number[];
  /** Up to `most` votes of a shard, oldest first. */
  oldest(shard: number, most: number): Promise<KeptVote[]>;
  /** Forgets votes that the brokers have confirmed. Votes that are gone already are passed over. */
  remove(votes: readonly KeptVote[]): Promise<void>;
  /** The same for a vote that was confirmed when it was sent again. */
  removeByIdentity(vote: VoteIdentity): Promise<void>;
  /** Puts a mark, which `find` answers from for a week, in the place of votes that may not be appended any more. */
  expire(votes: readonly KeptVote[]): Promise<void>;
  find(electionId: string, voteId: string): Promise<LocalVoteStatus | undefined>;
  /** Writes depth and age into the metrics. */
  report(): Promise<void>;
  close(): Promise<void>;
};

type Options = {
  readonly directory: string;
  readonly maxBytes: number;
  readonly topic: string;
  readonly metrics: IngestionMetrics['localQueue'];
  readonly clock: () => number;
  readonly log: Log;
  /** Default LevelDB. */
  readonly openDatabase?: OpenDatabase;
};

type Count = { readonly votes: Map<number, number>; bytes: number; lastNumber: number };

type State = Omit<Options, 'directory' | 'topic' | 'log' | 'openDatabase'> & {
  readonly store: QueueStore;
  count: Count;
  /** Of writes under way. */
  reservedBytes: number;
  /** Keys of votes that are being removed. */
  readonly leaving: Set<string>;
};

const EXPIRED_KNOWN_MILLIS = 7 * 86_400_000;
/** What LevelDB adds to an entry at most: lengths, a sequence number, a share of the index. */
const ENTRY_OVERHEAD_BYTES = 32;
const READ_ENTRIES = 1_000;
/** No vote is larger, with some room: 16 KiB by default, whichever way it comes. */
const ROOM_BYTES = 65_536;

/** Opens the queue and counts what it holds. @throws Error as `openQueueStore`. */
export async function openLocalQueue(options: Options): Promise<LocalQueue> {
  const { maxBytes, clock, metrics } = options;
  const store = await openQueueStore({
    ...options,
    onReopened: async db => {
      state.count = await countVotes(db);
    },
  });
  const state: State = {
    store,
    count: await countVotes(await store.database()),
    reservedBytes: 0,
    leaving: new Set(),
    maxBytes,
    clock,
    metrics,
  };
  await forgetOldMarks(state);
  return {
    hasRoom: () => hasRoom(state),
    keep: (shard, vote) => keep(state, shard, vote),
    shards: () => [...state.count.votes].filter(([, votes]) => votes > 0).map(([shard]) => shard),
    oldest: async (shard, most) => readOldest(await store.database(), shard, most),
    remove: votes => takeOut(state, votes, 'replayed'),
    removeByIdentity: async vote => {
      const held = await findHeld(state, identityOf(vote));
      if (held) await takeOut(state, [held], 'sent-again');
    },
    expire: votes => takeOut(state, votes, 'expired'),
    find: async (electionId, voteId) => findStatus(await store.database(), electionId, voteId),
    report: () => report(state),
    close: store.close,
  };
}

function hasRoom({ count, reservedBytes, maxBytes, store }: State): boolean {
  return count.bytes + reservedBytes + ROOM_BYTES <= maxBytes && !store.isRefusing();
}

async function keep(
  state: State,
  shard: number,
  vote: VoteIdentity & { readonly value: Uint8Array },
): Promise<boolean> {
  const identity = identityOf(vote);
  if (await heldKey(await state.store.database(), identity)) {
    // A write that was refused may have left it there, where the next crash takes it away.
    await state.store.sync();
    return true;
  }
  const { count, metrics } = state;
  if (!hasRoom(state)) {
    metrics.votes.inc({ change: 'full' });
    return false;
  }
  count.lastNumber += 1;
  const key = voteKey(shard, count.lastNumber, identity);
  const bytes = sizeOf({ key, identity, record: vote.value });
  state.reservedBytes += bytes;
  try {
    await state.store.write(
      [
        { type: 'put', key, value: withTime(state.clock(), vote.value) },
        { type: 'put', key: NAMES + identity, value: Buffer.from(key) },
      ],
      () => account(state.count, shard, 1, bytes),
    );
  } finally {
    state.reservedBytes -= bytes;
  }
  metrics.votes.inc({ change: 'kept' });
  return true;
}

/** Votes may be taken out from two sides at the same time; each is counted out once. */
async function takeOut(
  state: State,
  votes: readonly KeptVote[],
  change: 'replayed' | 'sent-again' | 'expired',
): Promise<void> {
  const { store, leaving, metrics, clock } = state;
  const mark = Buffer.from(String(clock()));
  const free = votes.filter(({ key }) => !leaving.has(key));
  for (const { key } of free) leaving.add(key);
  try {
    const db = await store.database();
    const keys = await Promise.all(free.map(({ identity }) => heldKey(db, identity)));
    const held = free.filter(({ key }, place) => key === keys[place]);
    if (held.length === 0) return;
    await store.write(
      held.flatMap(({ key, identity }): Operation[] => [
        { type: 'del', key },
        { type: 'del', key: NAMES + identity },
        ...(change === 'expired' ? [{ type: 'put', key: EXPIRED + identity, value: mark } as const] : []),
      ]),
      () => {
        for (const vote of held) account(state.count, shardOfKey(vote.key), -1, -sizeOf(vote));
      },
    );
    metrics.votes.inc({ change }, held.length);
  } finally {
    for (const { key } of free) leaving.delete(key);
  }
}

async function heldKey(db: Database, identity: string): Promise<string | undefined> {
  return (await db.get(NAMES + identity))?.toString();
}

async function findHeld({ store, count }: State, identity: string): Promise<KeptVote | undefined> {
  // Most of the time there is nothing to look for.
  if (count.bytes === 0) return undefined;
  const db = await store.database();
  const key = await heldKey(db, identity);
  const value = key === undefined ? undefined : await db.get(key);
  return key !== undefined && value ? { key, identity, record: value.subarray(TIME_BYTES) } : undefined;
}

async function findStatus(
  db: Database,
  electionId: string,
  voteId: string,
): Promise<LocalVoteStatus | undefined> {
  const anyIn = async (prefix: string) =>
    (await db.keys({ ...startingWith(`${prefix}${electionId}/${voteId}/`), limit: 1 }).all()).length > 0;
  if (await anyIn(NAMES)) return 'accepted-local';
  return (await anyIn(EXPIRED)) ? 'expired-local' : undefined;
}

async function readOldest(db: Database, shard: number, most: number): Promise<KeptVote[]> {
  const entries = await db.iterator({ ...startingWith(shardPrefix(shard)), limit: most }).all();
  return entries.map(([key, value]) => ({
    key,
    identity: identityInKey(key),
    record: value.subarray(TIME_BYTES),
  }));
}

async function report({ store, count, metrics, clock }: State): Promise<void> {
  const db = await store.database();
  const oldest = await Promise.all(
    [...count.votes.keys()].map(async shard => {
      const [value] = await db.values({ ...startingWith(shardPrefix(shard)), limit: 1 }).all();
      return value ? Number(value.readBigUInt64BE()) : Number.POSITIVE_INFINITY;
    }),
  );
  const now = clock();
  metrics.heldVotes.set([...count.votes.values()].reduce((sum, votes) => sum + votes, 0));
  metrics.heldBytes.set(count.bytes);
  metrics.oldestSeconds.set((now - Math.min(now, ...oldest)) / 1000);
}

/** Reads the whole queue once, at the start: a stored count could be wrong, this one can't. */
async function countVotes(db: Database): Promise<Count> {
  const count: Count = { votes: new Map(), bytes: 0, lastNumber: 0 };
  for await (const entries of readAll(db, VOTES)) {
    for (const [key, value] of entries) {
      const record = value.subarray(TIME_BYTES);
      account(count, shardOfKey(key), 1, sizeOf({ key, identity: identityInKey(key), record }));
      count.lastNumber = Math.max(count.lastNumber, numberInKey(key));
    }
  }
  return count;
}

async function forgetOldMarks({ store, clock }: State): Promise<void> {
  const before = clock() - EXPIRED_KNOWN_MILLIS;
  for await (const marks of readAll(await store.database(), EXPIRED)) {
    const old = marks.filter(([, expiredAt]) => Number(expiredAt.toString()) < before);
    await store.write(old.map(([key]) => ({ type: 'del', key })));
  }
}

async function* readAll(db: Database, prefix: string): AsyncGenerator<[string, Buffer][]> {
  const iterator = db.iterator({ ...startingWith(prefix), fillCache: false });
  try {
    for (;;) {
      const entries = await iterator.nextv(READ_ENTRIES);
      if (entries.length === 0) return;
      yield entries;
    }
  } finally {
    await iterator.close();
  }
}

function account(count: Count, shard: number, votes: number, bytes: number): void {
  count.votes.set(shard, (count.votes.get(shard) ?? 0) + votes);
  count.bytes += bytes;
}

/** What a vote takes on the disk, its name included. */
function sizeOf({ key, identity, record }: KeptVote): number {
  const entry = key.length + TIME_BYTES + record.length;
  const name = NAMES.length + identity.length + key.length;
  return entry + name + 2 * ENTRY_OVERHEAD_BYTES;
}
