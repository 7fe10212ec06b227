import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { Assignment, Task, TaskResult } from './tasks.ts';

/** Threads that share the work of one audit. */
export type Threads = {
  /** Runs tasks on all threads; hands over the results in the order of the tasks. */
  run(tasks: Iterable<Task> | AsyncIterable<Task>, onResult: (result: TaskResult) => void): Promise<void>;
  close(): Promise<void>;
};

/**
 * A worker's own objects; sorting and fetching work in buffers outside the heap. Left to itself V8 takes more than it
 * needs before it looks for garbage, in each thread.
 */
const LIMITS = { maxOldGenerationSizeMb: 160, maxYoungGenerationSizeMb: 24 };

/** A thread takes half a second of CPU to start: for less work than this another one does not pay. */
const RECORDS_PER_THREAD = 20_000;

export function startThreads(assignment: Assignment): Threads {
  const records = assignment.ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  const threads = Math.max(1, Math.min(availableParallelism(), Math.ceil(records / RECORDS_PER_THREAD)));
  const pool = new Piscina<Task, TaskResult>({
    filename: fileURLToPath(new URL('worker.ts', import.meta.url)),
    name: 'runTask',
    minThreads: threads,
    maxThreads: threads,
    workerData: assignment,
    resourceLimits: LIMITS,
  });
  return {
    async run(tasks, onResult) {
      // Twice as many tasks as threads are under way, so that none waits for this thread.
      const underWay: Promise<TaskResult>[] = [];
      const takeFirst = async () => {
        const result = await underWay.shift();
        if (result) onResult(result);
      };
      for await (const task of tasks) {
        const transferList = task.kind === 'log' ? [task.batches.buffer] : [];
        const result = pool.run(task, { transferList });
        // When one task fails, the others end with the threads, and nobody waits for them.
        result.catch(() => undefined);
        underWay.push(result);
        if (underWay.length >= 2 * threads) await takeFirst();
      }
      while (underWay.length > 0) await takeFirst();
    },
    close: () => pool.destroy(),
  };
}
