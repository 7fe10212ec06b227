/** What goes to one reader: at most one item under way and one waiting, always the newest. */
export type Mailbox<T> = {
  /** Sends `item`, or lets it replace the one that waits while the reader is slow. The same item again is ignored. */
  post(item: T): void;
  /** Whether the reader has not taken the last item yet. */
  isBusy(): boolean;
};

/** @param send calls `flushed` once the item has left this process. */
export function createMailbox<T>(send: (item: T, flushed: () => void) => void): Mailbox<T> {
  let last: T | undefined;
  let waiting: T | undefined;
  let busy = false;

  const deliver = (item: T) => {
    busy = true;
    send(item, flushed);
  };
  const flushed = () => {
    busy = false;
    const next = waiting;
    waiting = undefined;
    if (next !== undefined) deliver(next);
  };
  return {
    isBusy: () => busy,
    post(item) {
      if (item === last) return;
      last = item;
      if (busy) waiting = item;
      else deliver(item);
    },
  };
}
