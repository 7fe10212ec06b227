import { timeRefusal } from '@suffrage/contracts/ballot';
import { type Refusal, refuse } from '@suffrage/contracts/errors';
import type { IssuedReceipt, ReceiptIssuer } from '@suffrage/contracts/sign-receipts.node';
import { crashPoint } from '@suffrage/runtime/crash-point';
import { sleep as systemSleep, type Sleep } from '@suffrage/runtime/wait';
import type { IngestionMetrics } from '../metrics.ts';
import type { BatchAppender } from './append-batch.ts';
import type { LogRecord } from './producers.ts';

/** A checked vote on its way to the log. */
export type LaneVote = LogRecord & {
  readonly electionId: string;
  readonly voteId: Uint8Array;
  /** Milliseconds since 1970. */
  readonly opensAt: number;
  readonly closesAt: number;
  /** The call of many votes that it came with, if any. */
  readonly call?: OpenCall | undefined;
};

/** A call of many votes, none of which is answered before all are. */
export type OpenCall = {
  /** Whether it still has votes to give. */
  readonly isOpen: boolean;
};

export type Appended =
  | { readonly ok: true; readonly durability: 'replicated'; readonly receipt: IssuedReceipt }
  | Refusal;

export type Lane = {
  /**
   * Resolves with a receipt when every in-sync replica has the record, with `outcome-unknown` when it was handed to a
   * producer and not confirmed, and with any other refusal when it was not handed over.
   */
  append(vote: LaneVote): Promise<Appended>;
  /** For how long nothing has been confirmed although there was something to append; 0 after each confirmation. */
  failingMillis(): number;
  /** Votes that wait for their batch, and for how long the oldest has. */
  waiting(): { readonly votes: number; readonly oldestMillis: number };
  /** Resolves when every vote taken has its answer. */
  drained(): Promise<void>;
};

const COLLECT_MILLIS = 3;
/** The votes of a call are best appended together. So many times 3 ms at most a lane waits for more of them. */
const MOST_LOOKS = 7;
const BATCH_MAX_VOTES = 1_000;
/** Below `message.max.bytes` (1,048,588), which holds per batch, with room for the broker's framing. */
const BATCH_MAX_BYTES = 800_000;
/** What the framing of one record costs at most. */
const RECORD_OVERHEAD_BYTES = 100;
/** Longer than that a vote does not wait for its batch: it was not handed over, so the client may try elsewhere. */
const MAX_WAIT_MILLIS = 5_000;

type Waiting = {
  readonly vote: LaneVote;
  readonly since: number;
  readonly answer: (result: Appended) => void;
};

type Options = {
  readonly topic: string;
  readonly appendBatch: BatchAppender;
  readonly issueReceipts: ReceiptIssuer;
  readonly metrics: Pick<IngestionMetrics, 'batchVotes' | 'outageSeconds'>;
  readonly clock: () => number;
  readonly sleep?: Sleep;
};

/**
 * One per shard: one batch at a time; what arrives meanwhile, and for 3 ms, is the next batch, or for up to 21 ms while a call
 * has more votes to give.
 */
export function createLane(options: Options): Lane {
  const { topic, appendBatch, issueReceipts, metrics, clock, sleep = systemSleep } = options;
  let waiting: Waiting[] = [];
  let running: Promise<void> | undefined;
  let failingSince: number | undefined;

  const collect = async () => {
    for (let looks = 0; looks < MOST_LOOKS && waiting.length < BATCH_MAX_VOTES; looks += 1) {
      if (looks > 0 && !awaitsMore(waiting, clock())) return;
      await sleep(COLLECT_MILLIS);
    }
  };

  const run = async () => {
    while (waiting.length > 0) {
      await collect();
      const size = batchSize(waiting);
      const batch = waiting.slice(0, size);
      waiting = waiting.slice(size);
      await appendAndAnswer(batch).catch(error => {
        for (const { answer } of batch) answer(refuse('outcome-unknown'));
        throw error;
      });
    }
    running = undefined;
  };

  const appendAndAnswer = async (batch: readonly Waiting[]) => {
    const timestamp = clock();
    const ready = batch.filter(entry => !refuseLate(entry, timestamp));
    if (ready.length === 0) return;
    metrics.batchVotes.observe(ready.length);
    const votes = ready.map(({ vote }) => vote);
    const outcome = await appendBatch(votes, timestamp);
    if (outcome.status !== 'confirmed') {
      failingSince ??= timestamp;
      const code = outcome.status === 'unknown' ? 'outcome-unknown' : 'log-unavailable';
      for (const { answer } of ready) answer(refuse(code));
      return;
    }
    if (failingSince !== undefined) metrics.outageSeconds.observe((clock() - failingSince) / 1000);
    failingSince = undefined;
    crashPoint('after-produce-before-answer');
    const { partition, offset } = outcome;
    const receipts = issueReceipts({ topic, partition, offset, timestamp, votes });
    receipts.forEach((receipt, place) => {
      ready[place]?.answer({ ok: true, durability: 'replicated', receipt });
    });
  };

  return {
    append: vote =>
      new Promise(resolve => {
        waiting.push({ vote, since: clock(), answer: resolve });
        running ??= run();
      }),
    failingMillis: () => (failingSince === undefined ? 0 : clock() - failingSince),
    waiting: () => ({ votes: waiting.length, oldestMillis: waiting[0] ? clock() - waiting[0].since : 0 }),
    drained: async () => {
      while (running) await running;
    },
  };
}

/** Whether the last vote came with a call that has more, and none of those that wait would come too late for it. */
function awaitsMore(waiting: readonly Waiting[], now: number): boolean {
  const isOpen = waiting.at(-1)?.vote.call?.isOpen === true;
  return isOpen && waiting.every(({ vote }) => vote.closesAt > now + MOST_LOOKS * COLLECT_MILLIS);
}

/** The vote's time is that of the append: one that waited past the closing must not reach the log any more. */
function refuseLate({ vote, since, answer }: Waiting, timestamp: number): boolean {
  const closed = timeRefusal(vote, timestamp);
  if (closed) answer(refuse(closed));
  else if (timestamp - since > MAX_WAIT_MILLIS) answer(refuse('log-unavailable'));
  else return false;
  return true;
}

/** How many of the waiting votes fit one batch, by count and by bytes; at least one. */
function batchSize(waiting: readonly Waiting[]): number {
  let bytes = 0;
  const most = Math.min(waiting.length, BATCH_MAX_VOTES);
  for (let size = 0; size < most; size += 1) {
    bytes += (waiting[size]?.vote.value.length ?? 0) + RECORD_OVERHEAD_BYTES;
    if (bytes > BATCH_MAX_BYTES) return Math.max(size, 1);
  }
  return most;
}
