import type { KeyObject } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import { Piscina } from 'piscina';
import type { SignTask } from './sign-worker.ts';

/**
 * Signs in threads of their own, so that requests go on being answered meanwhile.
 * @param message one that `canBlindSign`.
 */
export type BlindSigner = (keyId: string, key: KeyObject, message: Uint8Array) => Promise<Uint8Array>;

type Waiting = { readonly message: Uint8Array; readonly done: PromiseWithResolvers<Uint8Array> };

/** Some 8 ms of work: handing it over costs a hundredth of it, and no thread is kept long from another election. */
const TASK_MESSAGES = 16;
/** Some 2 s of work for each core. Beyond it a request is refused, not kept. */
const QUEUED_TASKS = 250;

/** @param threads 0: one for each core. */
export function createBlindSigner(threads: number, lifecycle: Lifecycle): BlindSigner {
  const count = threads === 0 ? availableParallelism() : threads;
  const pool = new Piscina<SignTask, Uint8Array>({
    filename: new URL('sign-worker.ts', import.meta.url).href,
    name: 'signBatch',
    minThreads: 1,
    maxThreads: count,
    maxQueue: QUEUED_TASKS,
    idleTimeout: 60_000,
  });
  lifecycle.onClose('signing threads', () => pool.destroy());
  const queues = new Map<string, Waiting[]>();

  const run = async (keyId: string, key: KeyObject, part: readonly Waiting[]): Promise<void> => {
    try {
      const size = part[0]?.message.length ?? 0;
      const messages = new Uint8Array(part.length * size);
      for (const [place, { message }] of part.entries()) messages.set(message, place * size);
      const signed = await pool.run({ keyId, key, messages, size });
      if (signed.length !== messages.length) throw new Error('a signing thread answered too little');
      for (const [place, { done }] of part.entries())
        done.resolve(signed.subarray(place * size, (place + 1) * size));
    } catch (error) {
      for (const { done } of part) done.reject(error);
    }
  };
  /** What one batch has granted arrives together, and is shared out over the threads. */
  const share = (keyId: string, key: KeyObject, queue: readonly Waiting[]) => {
    queues.delete(keyId);
    const size = Math.min(TASK_MESSAGES, Math.ceil(queue.length / count));
    for (let from = 0; from < queue.length; from += size)
      void run(keyId, key, queue.slice(from, from + size));
  };

  return (keyId, key, message) => {
    const done = Promise.withResolvers<Uint8Array>();
    const queue = queues.get(keyId);
    if (queue) {
      queue.push({ message, done });
    } else {
      const first = [{ message, done }];
      queues.set(keyId, first);
      setImmediate(() => share(keyId, key, first));
    }
    return done.promise;
  };
}
