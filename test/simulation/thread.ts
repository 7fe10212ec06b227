import { parentPort } from 'node:worker_threads';
import { mutants } from './mutants.ts';
import type { Task } from './pool.ts';
import { simulate } from './simulate.ts';

/** Runs one seed after the other, as they are sent. */
parentPort?.on('message', ({ seed, mutant }: Task) => {
  void simulate(seed, mutant === undefined ? undefined : mutants[mutant]).then(run => {
    // Only failing seeds are looked at: the others travel light.
    parentPort?.postMessage(run.failures.length > 0 ? run : { ...run, trace: [] });
  });
});
