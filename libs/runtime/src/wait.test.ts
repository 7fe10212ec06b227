import { expect, test } from '@jest/globals';
import { shareNext, sleep } from './wait.ts';

test('who asks while the work is under way shares the next run, and nobody gets one from before the question', async () => {
  const runs: PromiseWithResolvers<number>[] = [];
  const ask = shareNext(() => {
    const run = Promise.withResolvers<number>();
    runs.push(run);
    return run.promise;
  });
  const first = ask();
  await Promise.resolve();
  const [second, third] = [ask(), ask()];
  expect(runs).toHaveLength(1);
  runs[0]?.resolve(1);
  expect(await first).toBe(1);
  while (runs.length < 2) await new Promise(setImmediate);
  runs[1]?.resolve(2);
  expect(await Promise.all([second, third])).toEqual([2, 2]);
  expect(runs).toHaveLength(2);
});

test('work that fails is told to those who shared it, and the next question is answered', async () => {
  let runs = 0;
  const ask = shareNext(async () => {
    runs += 1;
    if (runs === 1) throw new Error('planted');
    return runs;
  });
  await expect(Promise.all([ask(), ask()])).rejects.toThrow('planted');
  expect(await ask()).toBe(2);
});

test('a wait that is given up rejects at once with the reason, whenever that is', async () => {
  const reason = new Error('planted');
  const early = new AbortController();
  const waiting = sleep(60_000, early.signal);
  early.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  await expect(sleep(60_000, early.signal)).rejects.toBe(reason);
  const late = new AbortController();
  await sleep(1, late.signal);
  late.abort(reason);
});
