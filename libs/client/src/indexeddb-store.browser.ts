import { type IDBPDatabase, openDB } from 'idb';
import type { VoteStore } from './vote-store.ts';

const VOTES = 'votes';

/**
 * Votes in IndexedDB, of which the browser is asked not to clear it when space is short. Tabs of one origin share it and
 * take turns by Web Locks, so it needs a secure context (https, or localhost).
 * @param name of the database; another name is another store.
 */
export function indexedDbStore(name = 'suffrage'): VoteStore {
  let opened: Promise<IDBPDatabase> | undefined;
  const forget = () => {
    opened = undefined;
  };
  const open = (): Promise<IDBPDatabase> => {
    opened ??= openVotes(name, forget);
    opened.catch(forget);
    return opened;
  };
  /** `strict`: on the disk when it completes, not only with the operating system. */
  const change = async (how: (votes: Changes) => Promise<unknown>): Promise<void> => {
    const transaction = (await open()).transaction(VOTES, 'readwrite', { durability: 'strict' });
    await Promise.all([how(transaction.objectStore(VOTES)), transaction.done]);
  };
  return {
    read: async key => {
      const text: unknown = await (await open()).get(VOTES, key);
      return typeof text === 'string' ? text : undefined;
    },
    write: async (key, text) => {
      await navigator.storage?.persist?.().catch(() => false);
      await change(votes => votes.put(text, key));
    },
    remove: key => change(votes => votes.delete(key)),
    keys: async () => (await (await open()).getAllKeys(VOTES)).map(String),
    exclusively: (key, signal, work) => navigator.locks.request(`${name}/${key}`, { signal }, work),
  };
}

type Changes = {
  put(text: string, key: string): Promise<unknown>;
  delete(key: string): Promise<unknown>;
};

function openVotes(name: string, forget: () => void): Promise<IDBPDatabase> {
  return openDB(name, 1, {
    upgrade: database => void database.createObjectStore(VOTES),
    blocking: (_current, _blocked, event) => {
      if (event.target instanceof IDBDatabase) event.target.close();
      forget();
    },
    terminated: forget,
  });
}
