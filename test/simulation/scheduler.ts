import type { Sleep } from '@suffrage/runtime/wait';

/** Something that will happen, unless it is taken back. */
export type Planned = { cancel(): void };

/**
 * Virtual time: nothing waits, the clock jumps to whatever comes next. Between two events all code that can run without
 * waiting runs to its end, so the order of everything follows from the times that were planned.
 */
export type Scheduler = {
  /** Milliseconds since 1970, not rounded. */
  now(): number;
  after(millis: number, happen: () => void): Planned;
  readonly sleep: Sleep;
  /** Lets events happen, in order, until `main` settles. @throws Error when `main` waits for what will never happen. */
  run<T>(main: Promise<T>): Promise<T>;
  /** How many events have happened. */
  events(): number;
};

type Event = { readonly at: number; readonly order: number; happen: (() => void) | undefined };

export function createScheduler(startMillis: number): Scheduler {
  const queue = createQueue();
  let now = startMillis;
  let order = 0;
  let events = 0;

  const after = (millis: number, happen: () => void): Planned => {
    const event: Event = { at: now + Math.max(0, millis), order: order++, happen };
    queue.add(event);
    return {
      cancel: () => {
        event.happen = undefined;
      },
    };
  };

  const step = (): boolean => {
    for (;;) {
      const event = queue.take();
      if (!event) return false;
      if (!event.happen) continue;
      now = event.at;
      events += 1;
      event.happen();
      return true;
    }
  };

  return {
    now: () => now,
    after,
    sleep: (millis, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const planned = after(millis, resolve);
        signal?.addEventListener('abort', () => {
          planned.cancel();
          reject(signal.reason);
        });
      }),
    async run(main) {
      let settled = false;
      const settle = () => {
        settled = true;
      };
      main.then(settle, settle);
      await allSettled();
      while (!settled) {
        if (!step()) throw new Error('the simulation waits for something that will never happen');
        await allSettled();
      }
      return main;
    },
    events: () => events,
  };
}

/** Everything that can go on without waiting has gone on when the next turn of the event loop begins. */
function allSettled(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}

/** A binary heap: the earliest event first, of equal ones the one planned first. */
function createQueue() {
  const heap: Event[] = [];
  const earlier = (a: Event, b: Event) => a.at < b.at || (a.at === b.at && a.order < b.order);
  const swap = (a: number, b: number) => {
    const [first, second] = [heap[a], heap[b]];
    if (first && second) [heap[a], heap[b]] = [second, first];
  };
  const isEarlier = (a: number, b: number) => {
    const [first, second] = [heap[a], heap[b]];
    return first !== undefined && second !== undefined && earlier(first, second);
  };
  return {
    add(event: Event) {
      let place = heap.push(event) - 1;
      while (place > 0 && isEarlier(place, (place - 1) >> 1)) {
        swap(place, (place - 1) >> 1);
        place = (place - 1) >> 1;
      }
    },
    take(): Event | undefined {
      const first = heap[0];
      const last = heap.pop();
      if (!last || heap.length === 0) return first;
      heap[0] = last;
      for (let place = 0; ; ) {
        const left = 2 * place + 1;
        const child = isEarlier(left + 1, left) ? left + 1 : left;
        if (!isEarlier(child, place)) return first;
        swap(child, place);
        place = child;
      }
    },
  };
}
