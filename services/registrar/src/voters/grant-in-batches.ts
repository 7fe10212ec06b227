import type { Pool } from '@suffrage/runtime/postgres/pool';
import { sleep } from '@suffrage/runtime/wait';
import { type Ask, type Grant, grantBlind } from './blind-tokens-store.ts';
import { inBatches } from './in-batches.ts';

/** Resolves when the grant is durable. */
export type GrantInBatches = (election: BatchElection, ask: Ask) => Promise<Grant>;
type BatchElection = { readonly id: string /** 32 bytes. */; readonly tokenKeyId: Uint8Array };

/** Longer would be felt, shorter would leave more voters alone in their batch. */
const COLLECT_MILLIS = 10;
const BATCH = 500;

/**
 * One batch of an election at a time: what arrives meanwhile, and for 10 ms, is the next. A batch is one transaction in the
 * order of voter references, so who asked first among them is not kept.
 */
export function createGrantInBatches(pool: Pool): GrantInBatches {
  const queues = new Map<string, (ask: Ask) => Promise<Grant>>();

  return ({ id, tokenKeyId }, ask) => {
    const queue =
      queues.get(id) ??
      inBatches<Ask, Grant>({
        most: BATCH,
        gather: () => sleep(COLLECT_MILLIS),
        answer: asks => grantBlind(pool, id, tokenKeyId, asks),
        onIdle: () => void queues.delete(id),
      });
    queues.set(id, queue);
    return queue(ask);
  };
}
