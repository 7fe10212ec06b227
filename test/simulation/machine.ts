import type { Alarm, Sleep } from '@suffrage/runtime/wait';
import type { Scheduler } from './scheduler.ts';

/**
 * One run of one process. It may be killed between any two of its awaits: whatever it waited for then never comes, so
 * none of its code runs again. Frozen, it sees nothing until it thaws, while the world goes on.
 */
export type Machine = {
  /** As the pod's name: the next run of the process has the same. */
  readonly name: string;
  /** This process's idea of the time. */
  readonly clock: () => number;
  readonly sleep: Sleep;
  readonly alarm: Alarm;
  isUp(): boolean;
  isFrozen(): boolean;
  /** What comes from outside, as this process gets to see it. Everything that its code waits for goes through here. */
  receive<T>(outside: Promise<T>): Promise<T>;
  kill(): void;
  freeze(millis: number): void;
  onDeath(listener: () => void): void;
  onFreeze(listener: (millis: number) => void): void;
};

export function createMachine(scheduler: Scheduler, name: string, skewMillis = 0): Machine {
  const deaths: (() => void)[] = [];
  const freezes: ((millis: number) => void)[] = [];
  let up = true;
  let frozenUntil = 0;
  let unseen: (() => void)[] = [];

  const deliver = (see: () => void) => {
    if (!up) return;
    if (scheduler.now() < frozenUntil) unseen.push(see);
    else see();
  };
  const thaw = () => {
    if (scheduler.now() < frozenUntil) return;
    const backlog = unseen;
    unseen = [];
    for (const see of backlog) deliver(see);
  };

  return {
    name,
    clock: () => Math.floor(scheduler.now() + skewMillis),
    sleep: (millis, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const planned = scheduler.after(millis, () => deliver(resolve));
        signal?.addEventListener('abort', () => {
          planned.cancel();
          reject(signal.reason);
        });
      }),
    alarm: (millis, ring) => scheduler.after(millis, () => deliver(ring)).cancel,
    isUp: () => up,
    isFrozen: () => scheduler.now() < frozenUntil,
    receive: outside =>
      new Promise((resolve, reject) => {
        outside.then(
          value => deliver(() => resolve(value)),
          error => deliver(() => reject(error)),
        );
      }),
    kill() {
      if (!up) return;
      up = false;
      unseen = [];
      for (const listener of deaths) listener();
    },
    freeze(millis) {
      frozenUntil = Math.max(frozenUntil, scheduler.now() + millis);
      scheduler.after(millis, thaw);
      for (const listener of freezes) listener(millis);
    },
    onDeath: listener => void deaths.push(listener),
    onFreeze: listener => void freezes.push(listener),
  };
}
