import { expect, test } from '@jest/globals';
import { createMachine } from './machine.ts';
import { createRowLocks } from './fakes/row-locks.ts';
import { createScheduler } from './scheduler.ts';

test('events happen in the order of their times, equal ones in the order in which they were planned', async () => {
  const scheduler = createScheduler(1_000);
  const seen: string[] = [];
  for (const [name, after] of [
    ['c', 30],
    ['a', 10],
    ['b', 20],
    ['d', 30],
  ] as const)
    scheduler.after(after, () => void seen.push(`${name} ${scheduler.now()}`));
  scheduler.after(25, () => void seen.push('never')).cancel();
  await scheduler.run(scheduler.sleep(40));
  expect(seen).toEqual(['a 1010', 'b 1020', 'c 1030', 'd 1030']);
});

test('waiting for what will never happen is an error, not a standstill', async () => {
  const scheduler = createScheduler(0);
  await expect(scheduler.run(new Promise(() => undefined))).rejects.toThrow('will never happen');
});

test('a killed process sees nothing more, a frozen one later and in order', async () => {
  const scheduler = createScheduler(0);
  const [killed, frozen] = [createMachine(scheduler, 'killed'), createMachine(scheduler, 'frozen')];
  const seen: string[] = [];
  for (const machine of [killed, frozen]) {
    for (const millis of [10, 20]) {
      const arrival = machine.receive(scheduler.sleep(millis));
      void arrival.then(() => seen.push(`${machine.name} ${millis} at ${scheduler.now()}`));
    }
  }
  scheduler.after(15, () => killed.kill());
  scheduler.after(5, () => frozen.freeze(100));
  await scheduler.run(scheduler.sleep(200));
  expect(seen).toEqual(['killed 10 at 10', 'frozen 10 at 105', 'frozen 20 at 105']);
});

test('two transactions that wait for each other are noticed, and one of them gives way', async () => {
  const scheduler = createScheduler(0);
  const deadlocks: string[] = [];
  const locks = createRowLocks(scheduler, row => deadlocks.push(row));
  const [a, b] = [{}, {}];
  await locks.lock(a, 'one');
  await locks.lock(b, 'two');
  const waiting = locks.lock(a, 'two');
  await expect(locks.lock(b, 'one')).rejects.toMatchObject({ code: '40P01' });
  locks.release(b);
  await scheduler.run(waiting);
  expect(deadlocks).toEqual(['one']);
});
