import { chmod, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { VoteStore } from './vote-store.ts';

const ONLY_OWNER = 0o600;
const ONLY_OWNER_ENTERS = 0o700;
const VOTE = '.vote';
const LOCK_PAUSE_MILLIS = 100;

/**
 * Votes in a directory, one file each, readable by its owner only. A text is written beside the old one, synced to the
 * disk and renamed over it; then the directory is synced.
 * @param directory made if it is missing. For one user on a file system of this machine: locks over a network do not hold.
 */
export function fileStore(directory: string): VoteStore {
  const fileOf = (key: string) => join(directory, `${key}${VOTE}`);
  const prepare = async () => {
    await mkdir(directory, { recursive: true, mode: ONLY_OWNER_ENTERS });
  };
  return {
    read: key => readFile(fileOf(key), 'utf8').catch(noneIfMissing),
    write: async (key, text) => {
      await prepare();
      const file = fileOf(key);
      await writeSynced(`${file}.new`, text);
      await rename(`${file}.new`, file);
      await sync(directory);
    },
    remove: async key => {
      await rm(fileOf(key), { force: true });
      await rm(`${fileOf(key)}.new`, { force: true });
      await sync(directory).catch(noneIfMissing);
    },
    keys: async () => {
      const names = (await readdir(directory).catch(noneIfMissing)) ?? [];
      return names.filter(name => name.endsWith(VOTE)).map(name => name.slice(0, -VOTE.length));
    },
    exclusively: async (key, signal, work) => {
      await prepare();
      const lock = join(directory, `${key}.lock`);
      return navigator.locks.request(lock, { signal }, () => amongProcesses(lock, signal, work));
    },
  };
}

async function writeSynced(file: string, text: string): Promise<void> {
  const handle = await open(file, 'w', ONLY_OWNER);
  try {
    // A file that a crash left behind keeps the mode that it had.
    await handle.chmod(ONLY_OWNER);
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function sync(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Node has no lock on files. SQLite has, by the operating system, which frees it when the process dies: an empty database
 * serves as one. Within a process such locks do not exclude each other, hence Web Locks before it.
 */
async function amongProcesses<T>(file: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const lock = new DatabaseSync(file, { timeout: 0 });
  try {
    await chmod(file, ONLY_OWNER);
    while (!tryLock(lock)) await sleep(LOCK_PAUSE_MILLIS, undefined, { signal });
    return await work();
  } finally {
    lock.close();
  }
}

const SQLITE_BUSY = 5;

function tryLock(lock: DatabaseSync): boolean {
  try {
    lock.exec('begin exclusive');
    return true;
  } catch (error) {
    if (isObject(error) && 'errcode' in error && error.errcode === SQLITE_BUSY) return false;
    throw error;
  }
}

function noneIfMissing(error: unknown): undefined {
  if (isObject(error) && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}

/** Errors of Node are no `Error` of a context of its own, such as a test's. */
function isObject(error: unknown): error is object {
  return typeof error === 'object' && error !== null;
}
