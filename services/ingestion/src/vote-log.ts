import { refuse } from '@suffrage/contracts/errors';
import { shardOf } from '@suffrage/contracts/shards';
import type { ReceiptSigner } from '@suffrage/contracts/sign-receipts.node';
import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import type { Sleep } from '@suffrage/runtime/wait';
import { createBatchAppender } from './log/append-batch.ts';
import { type Appended, createLane, type Lane, type LaneVote } from './log/lane.ts';
import type { LogLayout } from './log/layout.ts';
import type { ProducerPool } from './log/producers.ts';
import type { IngestionMetrics } from './metrics.ts';

export type CheckedVote = LaneVote & { readonly ballotKey: Uint8Array; readonly revision: number };

/** The way onto topic `votes`. */
export type VoteLog = {
  /**
   * When it resolves with a receipt, the vote is on every in-sync replica, at the place that the receipt names, and
   * stays there for the election and its audit window. It has not been counted yet. Copies of one vote that are under
   * way at the same time share one append and one receipt.
   */
  append(vote: CheckedVote): Promise<Appended>;
};

type Options = {
  readonly topic: string;
  /** How many shards the topic has; `undefined` until topic `elections` has told. */
  readonly shards: () => number | undefined;
  readonly layout: LogLayout;
  /** Producers for one lane. */
  readonly openProducers: () => ProducerPool;
  readonly signReceipts: ReceiptSigner;
  readonly metrics: IngestionMetrics;
  readonly clock: () => number;
  readonly sleep?: Sleep;
  readonly random?: () => number;
};

export function openVoteLog(options: Options, lifecycle: Lifecycle): VoteLog {
  const lanes = new Map<number, Lane>();
  const underWay = new Map<string, Promise<Appended>>();

  const openLane = (shard: number, shards: number): Lane => {
    const producers = options.openProducers();
    const lane = createLane({
      ...options,
      appendBatch: createBatchAppender({ ...options, shard, shards, producers }),
    });
    lifecycle.onClose(`lane ${shard}`, async () => {
      await lane.drained();
      await producers.close();
    });
    lanes.set(shard, lane);
    return lane;
  };

  const startAppend = (vote: CheckedVote): Promise<Appended> => {
    const shards = options.shards();
    if (shards === undefined) return Promise.resolve(refuse('not-ready'));
    const shard = shardOf(vote.ballotKey, shards);
    return (lanes.get(shard) ?? openLane(shard, shards)).append(vote);
  };

  return {
    append(vote) {
      const identity = `${Buffer.from(vote.ballotKey).toString('latin1')}/${Buffer.from(vote.voteId).toString('latin1')}/${vote.revision}`;
      const shared = underWay.get(identity);
      if (shared) return shared;
      const own = startAppend(vote).finally(() => underWay.delete(identity));
      underWay.set(identity, own);
      return own;
    },
  };
}
