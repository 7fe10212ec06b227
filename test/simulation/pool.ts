import { Worker } from 'node:worker_threads';
import type { Run } from './simulate.ts';

/** `mutant`: its place in the list of mutants. */
export type Task = { readonly seed: number; readonly mutant?: number };

/** Threads that run seeds; what a seed gives does not depend on the thread nor on how many there are. */
export type Pool = {
  readonly size: number;
  /** Runs one seed on a thread that is free. At most `size` at a time. */
  run(task: Task): Promise<Run>;
  close(): Promise<void>;
};

export function openPool(size: number): Pool {
  const all = Array.from({ length: size }, () => new Worker(new URL('./thread.ts', import.meta.url)));
  const free = [...all];
  return {
    size,
    async run(task) {
      const thread = free.pop();
      if (!thread) throw new Error('no thread is free');
      try {
        return await answerOf(thread, task);
      } finally {
        free.push(thread);
      }
    },
    close: async () => {
      await Promise.all(all.map(thread => thread.terminate()));
    },
  };
}

function answerOf(thread: Worker, task: Task): Promise<Run> {
  const { promise, resolve, reject } = Promise.withResolvers<Run>();
  const fail = (error: Error) => reject(new Error(`seed ${task.seed} broke off`, { cause: error }));
  thread.once('message', resolve);
  thread.once('error', fail);
  thread.postMessage(task);
  return promise.finally(() => {
    thread.off('message', resolve);
    thread.off('error', fail);
  });
}

/** Runs `work` for each item, as many at a time as there are threads, beginning in the given order. */
export async function spread<T>(
  pool: Pool,
  items: Iterable<T>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items[Symbol.iterator]();
  const lane = async () => {
    for (let next = waiting.next(); !next.done; next = waiting.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: pool.size }, lane));
}
