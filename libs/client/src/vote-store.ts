/**
 * Where votes are kept until they are counted: texts by key, on this device. `indexedDbStore` (browsers) and `fileStore`
 * (Node) are two; whoever brings another keeps these promises.
 */
export type VoteStore = {
  /** What was written last; `undefined` when there is nothing. */
  read(key: string): Promise<string | undefined>;
  /** Durable when it resolves. A crash leaves the old text or the new one, never something between. */
  write(key: string, text: string): Promise<void>;
  remove(key: string): Promise<void>;
  keys(): Promise<readonly string[]>;
  /**
   * Runs `work` while nobody else runs with this key, in any tab or process that shares the store. The lock of one that
   * died is free. @throws the signal's reason when it aborts before the lock is had.
   */
  exclusively<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
};
