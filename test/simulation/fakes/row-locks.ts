import type { Scheduler } from '../scheduler.ts';

/** As `statement_timeout` of the processor's sessions. */
const LOCK_WAIT_MILLIS = 30_000;

/**
 * Row locks as PostgreSQL has them: held to the end of the transaction, waited for in turn. A row that is only locked
 * does not keep an insert of the same key waiting, one with an uncommitted write does.
 */
export type RowLocks = {
  /** Resolves when `owner` holds the row. */
  lock(owner: object, row: string): Promise<void>;
  /** Resolves when no other transaction has an uncommitted write on the row. */
  settled(owner: object, row: string): Promise<void>;
  /** The owner's lock of the row covers a write from now on. */
  write(owner: object, row: string): void;
  /** The end of a transaction: gives all its locks back, and ends its waiting with an error if it is still waiting. */
  release(owner: object): void;
};

type Holder = { readonly owner: object; written: boolean };
type Waiter = { readonly owner: object; readonly row: string; readonly wake: (error?: Error) => void };

export function createRowLocks(scheduler: Scheduler, onDeadlock: (row: string) => void): RowLocks {
  const holders = new Map<string, Holder>();
  const waiting: Waiter[] = [];
  /** A transaction that has ended while it was being woken must not get a lock that nobody would give back. */
  const ended = new WeakSet<object>();

  /** Whoever waits for a row waits for its holder, who may be waiting itself. */
  const wouldWaitForItself = (owner: object, row: string): boolean => {
    let holder = holders.get(row)?.owner;
    for (let links = 0; holder && links <= waiting.length; links += 1) {
      if (holder === owner) return true;
      const next = waiting.find(waiter => waiter.owner === holder);
      holder = next && holders.get(next.row)?.owner;
    }
    return false;
  };

  const wait = (owner: object, row: string): Promise<void> => {
    if (wouldWaitForItself(owner, row)) {
      onDeadlock(row);
      return Promise.reject(databaseError('40P01', 'deadlock detected'));
    }
    return new Promise((resolve, reject) => {
      const timeout = scheduler.after(LOCK_WAIT_MILLIS, () =>
        waiter.wake(databaseError('57014', 'canceling statement due to statement timeout')),
      );
      const waiter: Waiter = {
        owner,
        row,
        wake: error => {
          timeout.cancel();
          waiting.splice(waiting.indexOf(waiter), 1);
          if (error) reject(error);
          else resolve();
        },
      };
      waiting.push(waiter);
    });
  };

  return {
    async lock(owner, row) {
      for (;;) {
        if (ended.has(owner)) throw sessionEnded();
        const holder = holders.get(row);
        if (!holder) holders.set(row, { owner, written: false });
        if (!holder || holder.owner === owner) return;
        await wait(owner, row);
      }
    },
    async settled(owner, row) {
      for (;;) {
        if (ended.has(owner)) throw sessionEnded();
        const holder = holders.get(row);
        if (!holder?.written || holder.owner === owner) return;
        await wait(owner, row);
      }
    },
    write(owner, row) {
      const holder = holders.get(row);
      if (holder?.owner !== owner) throw new Error(`row ${row} is written without its lock`);
      holder.written = true;
    },
    release(owner) {
      ended.add(owner);
      for (const waiter of waiting.filter(candidate => candidate.owner === owner)) {
        waiter.wake(sessionEnded());
      }
      for (const [row, holder] of holders) {
        if (holder.owner !== owner) continue;
        holders.delete(row);
        for (const waiter of waiting.filter(candidate => candidate.row === row)) waiter.wake();
      }
    },
  };
}

function sessionEnded(): Error {
  return databaseError('57P01', 'the session has ended');
}

/** An error as `pg` reports it: `code` is the SQLSTATE. */
export function databaseError(code: string, message: string): Error & { readonly code: string } {
  return Object.assign(new Error(message), { code });
}
