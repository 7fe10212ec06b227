/** The part of `Map` that is needed of one whose entries live for milliseconds. */
export type BriefMap<Key, Value> = {
  readonly get: (key: Key) => Value | undefined;
  readonly set: (key: Key, value: Value) => void;
  readonly delete: (key: Key) => void;
  readonly values: () => Value[];
};

/**
 * Two maps: new entries go into the younger one, and when the elder is empty the younger takes its place. A single map that
 * is never replaced moves to V8's old memory, where each table that it outgrows keeps what was in it until that is collected:
 * nearly all votes with everything around them, a quarter of what ingestion's many votes a call cost (docs/design/performance.md).
 */
export function createBriefMap<Key, Value>(): BriefMap<Key, Value> {
  let elder = new Map<Key, Value>();
  let younger = new Map<Key, Value>();
  return {
    get: key => younger.get(key) ?? elder.get(key),
    set(key, value) {
      if (elder.has(key)) elder.set(key, value);
      else younger.set(key, value);
    },
    delete(key) {
      if (!younger.delete(key)) elder.delete(key);
      if (elder.size > 0) return;
      elder = younger;
      younger = new Map();
    },
    values: () => [...elder.values(), ...younger.values()],
  };
}
