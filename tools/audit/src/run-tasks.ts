import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { Assignment, Task, TaskResult } from './tasks.ts';

/** Threads that share the work of one audit. */
export type Threads = {
  /** Runs tasks on all threads; hands over the results in the order of the tasks. */
  run(tasks: readonly Task[], onResult: (result: TaskResult) => void): Promise<void>;
  close(): Promise<void>;
};

/** A worker's own objects; sorting and fetching work in buffers outside the heap. */
const HEAP_MEGABYTES = 256;

export function startThreads(assignment: Assignment, threads = availableParallelism()): Threads {
  const pool = new Piscina<Task, TaskResult>({
    filename: fileURLToPath(new URL('worker.ts', import.meta.url)),
    name: 'runTask',
    minThreads: threads,
    maxThreads: threads,
    workerData: assignment,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
  });
  return {
    async run(tasks, onResult) {
      let next = 0;
      const runNext = async (): Promise<TaskResult | undefined> => {
        const task = tasks[next];
        next += 1;
        const result = task && pool.run(task);
        // When one task fails, the others end with the threads, and nobody waits for them.
        result?.catch(() => undefined);
        return result;
      };
      // Twice as many tasks as threads are under way, so that none waits for this thread.
      const underWay = Array.from({ length: 2 * threads }, runNext);
      for (let place = 0; place < tasks.length; place++) {
        const result = await underWay.shift();
        underWay.push(runNext());
        if (result) onResult(result);
      }
    },
    close: () => pool.destroy(),
  };
}
