import { binaryText } from '@suffrage/contracts/bytes';
import { type ErrorCode, type Refusal, refuse } from '@suffrage/contracts/errors';
import { shardOf } from '@suffrage/contracts/shards';
import type { ReceiptIssuer } from '@suffrage/contracts/sign-receipts.node';
import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import { type Alarm, repeatEvery, sleep as systemSleep, type Sleep } from '@suffrage/runtime/wait';
import type { KnownElections } from './known-elections.ts';
import { createBatchAppender } from './log/append-batch.ts';
import { createBriefMap } from './log/brief-map.ts';
import { traceAppends } from './log/trace-appends.ts';
import { type Appended, createLane, type Lane, type LaneVote } from './log/lane.ts';
import type { LogLayout } from './log/layout.ts';
import type { LocalQueue } from './log/local-queue.ts';
import type { ProducerPool } from './log/producers.ts';
import { createReplay } from './log/replay.ts';
import type { IngestionMetrics } from './metrics.ts';

export type CheckedVote = LaneVote & { readonly ballotKey: Uint8Array; readonly revision: number };

/** `local`: on this instance's disk only, not acknowledged: there is no receipt. */
export type Stored =
  | Appended
  | {
      readonly ok: true;
      readonly durability: 'local';
      readonly electionId: string;
      readonly voteId: Uint8Array;
    };

/** The way onto topic `votes`. */
export type VoteLog = {
  /**
   * When it resolves with a receipt, the vote is on every in-sync replica, at the place that the receipt names, and
   * stays there for the election and its audit window. It has not been counted yet. Copies of one vote that are under
   * way at the same time share one append and one receipt. When it resolves with `local`, the vote is on this
   * instance's disk and will be appended when the log can be reached again, unless its election closes before.
   */
  append(vote: CheckedVote): Promise<Stored>;
  /** Only onto the disk, because nobody can say now whether the vote may be appended. `not-ready` when it has no room. */
  keep(vote: CheckedVote): Promise<Stored>;
  /** Whether there is a local queue, with room. */
  canKeep(): boolean;
};

type Options = {
  readonly topic: string;
  /** How many shards the topic has; `undefined` until topic `elections` has told. */
  readonly shards: () => number | undefined;
  readonly layout: LogLayout;
  /** Producers for one lane. */
  readonly openProducers: () => ProducerPool;
  readonly issueReceipts: ReceiptIssuer;
  readonly metrics: IngestionMetrics;
  readonly clock: () => number;
  readonly sleep?: Sleep;
  readonly alarm?: Alarm;
  readonly random?: () => number;
  readonly local?: LocalOptions;
};

type LocalOptions = {
  /** Taken over: it is closed with the log. */
  readonly queue: LocalQueue;
  readonly elections: KnownElections;
  readonly log: Log;
};

/** What waits in all lanes: votes, the age of the oldest, and for how long the worst lane has confirmed nothing. */
export type Waiting = {
  waiting(): { readonly votes: number; readonly oldestMillis: number; readonly failingMillis: number };
};

const DEADLINE_MILLIS = 5_000;
/** With a local queue: so long a lane may fail before its votes go onto the disk. */
const LOCAL_AFTER_MILLIS = 2_000;
const REPORT_MILLIS = 1_000;

export function openVoteLog(options: Options, lifecycle: Lifecycle): VoteLog & Waiting {
  const lanes = openLanes(options);
  const keeper = options.local && openKeeper(options.local, lanes.laneFor, options);
  const underWay = createBriefMap<string, Promise<Stored>>();
  lifecycle.onClose('vote log', async () => {
    await keeper?.stop();
    await lanes.close();
    await Promise.allSettled(underWay.values());
    await options.local?.queue.close();
  });

  const append = (vote: CheckedVote): Promise<Stored> => {
    const lane = lanes.laneFor(vote.ballotKey);
    if (!lane) return Promise.resolve(refuse('not-ready'));
    return keeper ? appendOrKeep(vote, lane, keeper) : lane.append(vote);
  };

  const shared = (vote: CheckedVote, store: (vote: CheckedVote) => Promise<Stored>) => {
    const identity = identityOf(vote);
    const others = underWay.get(identity);
    if (others) return others;
    const own = store(vote);
    const forget = () => underWay.delete(identity);
    underWay.set(identity, own);
    void own.then(forget, forget);
    return own;
  };
  return {
    append: vote => shared(vote, append),
    keep: vote =>
      shared(vote, async each => (keeper ? keeper.keep(each, refuse('not-ready')) : refuse('not-ready'))),
    canKeep: () => keeper?.hasRoom() ?? false,
    waiting: lanes.waiting,
  };
}

/** In `secret` elections the ballot key is the vote ID, and there are no revisions. */
function identityOf({ ballotKey, voteId, revision }: CheckedVote): string {
  if (ballotKey === voteId) return binaryText(voteId);
  return `${binaryText(ballotKey)}/${binaryText(voteId)}/${revision}`;
}

/** What a lane answers when nothing was confirmed. */
const UNCONFIRMED: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['outcome-unknown', 'log-unavailable']);

/** One lane for each shard, opened with its first vote. */
function openLanes(options: Options) {
  const lanes = new Map<number, { lane: Lane; close: () => Promise<void> }>();
  const open = (shard: number, shards: number) => {
    const producers = options.openProducers();
    const deadlineMillis = options.local ? LOCAL_AFTER_MILLIS : DEADLINE_MILLIS;
    const appendBatch = createBatchAppender({ ...options, shard, shards, producers, deadlineMillis });
    const lane = createLane({ ...options, appendBatch: traceAppends(appendBatch, options.topic) });
    const close = async () => {
      await lane.drained();
      await producers.close();
    };
    const opened = { lane, close };
    lanes.set(shard, opened);
    return opened;
  };
  return {
    /** `undefined` until the number of shards is known. */
    laneFor(ballotKey: Uint8Array): Lane | undefined {
      const shards = options.shards();
      if (shards === undefined) return undefined;
      const shard = shardOf(ballotKey, shards);
      return (lanes.get(shard) ?? open(shard, shards)).lane;
    },
    waiting() {
      const all = [...lanes.values()].map(({ lane }) => ({
        ...lane.waiting(),
        failingMillis: lane.failingMillis(),
      }));
      return {
        votes: all.reduce((sum, { votes }) => sum + votes, 0),
        oldestMillis: Math.max(0, ...all.map(({ oldestMillis }) => oldestMillis)),
        failingMillis: Math.max(0, ...all.map(({ failingMillis }) => failingMillis)),
      };
    },
    close: async () => {
      await Promise.all([...lanes.values()].map(({ close }) => close()));
    },
  };
}

type Keeper = ReturnType<typeof openKeeper>;

async function appendOrKeep(vote: CheckedVote, lane: Lane, keeper: Keeper): Promise<Stored> {
  const isDown = () => lane.failingMillis() >= LOCAL_AFTER_MILLIS;
  if (isDown() && keeper.hasRoom()) return keeper.keep(vote, refuse('log-unavailable'));
  const appended = await lane.append(vote);
  if (appended.ok) {
    await keeper.forget(vote);
    return appended;
  }
  return isDown() && UNCONFIRMED.has(appended.code) ? keeper.keep(vote, appended) : appended;
}

/** Keeps votes on the disk and appends them later. */
function openKeeper(
  { queue, elections, log }: LocalOptions,
  laneFor: (ballotKey: Uint8Array) => Lane | undefined,
  { shards, clock, sleep = systemSleep }: Options,
) {
  const replay = createReplay({ queue, laneFor, elections, clock, log, sleep });
  for (const shard of queue.shards()) replay.watch(shard);
  const report = () =>
    queue.report().catch(error => log.warn({ err: error }, 'the local queue can not be measured'));
  const stopReporting = repeatEvery(REPORT_MILLIS, report, sleep);
  return {
    hasRoom: queue.hasRoom,
    /** `otherwise` is the answer when the queue is full. */
    async keep(vote: CheckedVote, otherwise: Refusal): Promise<Stored> {
      const count = shards();
      if (count === undefined) return otherwise;
      const shard = shardOf(vote.ballotKey, count);
      try {
        if (!(await queue.keep(shard, vote))) return otherwise;
      } catch {
        // The disk has refused, and logged it; the vote may be there all the same, and must not stay there.
        return refuse('outcome-unknown');
      } finally {
        replay.watch(shard);
      }
      const { electionId, voteId } = vote;
      return { ok: true, durability: 'local', electionId, voteId };
    },
    /** After a confirmation: what is on the log need not be replayed. Repeating it would do no harm. */
    forget: (vote: CheckedVote) =>
      queue
        .removeByIdentity(vote)
        .catch(error => log.warn({ err: error }, 'the local queue can not forget a vote')),
    stop: async () => {
      await replay.stop();
      await stopReporting();
    },
  };
}
