import { LRUCache } from 'lru-cache';

/** Things that cost a look-up, kept for a while: whoever asks for one meanwhile shares the look. */
export type Recent<T> = {
  /** What is not found, or could not be had, is asked for again. */
  get(name: string, load: () => Promise<T | undefined>): Promise<T | undefined>;
  forget(isMeant: (name: string) => boolean): void;
};

/** @param options.most of more names those that were asked for longest ago are dropped. */
export function keepRecent<T>({
  millis,
  most,
  clock,
}: {
  readonly millis: number;
  readonly most: number;
  readonly clock: () => number;
}): Recent<T> {
  const kept = new LRUCache<string, Promise<T | undefined>>({
    max: most,
    ttl: millis,
    ttlResolution: 0,
    perf: { now: clock },
  });
  return {
    get(name, load) {
      const known = kept.get(name);
      if (known) return known;
      const loading = load();
      kept.set(name, loading);
      const drop = () => kept.peek(name) === loading && kept.delete(name);
      loading.then(found => found ?? drop(), drop);
      return loading;
    },
    forget(isMeant) {
      const meant = [...kept.keys()].filter(isMeant);
      for (const name of meant) kept.delete(name);
    },
  };
}
