import type { Pool } from '@suffrage/runtime/postgres/pool';
import { sleep } from '@suffrage/runtime/wait';
import { type Ask, type Grant, grantBlind } from './blind-tokens-store.ts';

/** Resolves when the grant is durable. */
export type GrantInBatches = (election: BatchElection, ask: Ask) => Promise<Grant>;
type BatchElection = { readonly id: string /** 32 bytes. */; readonly tokenKeyId: Uint8Array };

type Waiting = { readonly ask: Ask; readonly done: PromiseWithResolvers<Grant> };

/** Longer would be felt, shorter would leave more voters alone in their batch. */
const COLLECT_MILLIS = 10;
const BATCH = 500;

/**
 * One batch of an election at a time: what arrives meanwhile, and for 10 ms, is the next. A batch is one transaction in the
 * order of voter references, so who asked first among them is not kept.
 */
export function createGrantInBatches(pool: Pool): GrantInBatches {
  const queues = new Map<string, Waiting[]>();

  const drain = async ({ id, tokenKeyId }: BatchElection, queue: Waiting[]): Promise<void> => {
    while (queue.length > 0) {
      await sleep(COLLECT_MILLIS);
      const batch = queue.splice(0, BATCH);
      try {
        const asks = batch.map(({ ask }) => ask);
        const grants = await grantBlind(pool, id, tokenKeyId, asks);
        for (const [place, { done }] of batch.entries()) done.resolve(grants[place] ?? 'unknown');
      } catch (error) {
        for (const { done } of batch) done.reject(error);
      }
    }
    queues.delete(id);
  };

  return (election, ask) => {
    const done = Promise.withResolvers<Grant>();
    const queue = queues.get(election.id);
    if (queue) {
      queue.push({ ask, done });
    } else {
      const first = [{ ask, done }];
      queues.set(election.id, first);
      void drain(election, first);
    }
    return done.promise;
  };
}
