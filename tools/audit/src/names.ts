import { hash } from 'node:crypto';

/**
 * Strings that many entries share (processes, codes): an entry holds eight bytes of the name's SHA-256, so that threads
 * need not agree on numbers.
 */
export type Names = {
  /** 8 bytes. */
  tagOf(name: string): Buffer;
  /** @throws RangeError for a tag of a name that was never added. */
  nameOf(tag: Buffer): string;
  all(): readonly string[];
};

const TAG_BYTES = 8;

export function createNames(known: Iterable<string> = ['']): Names {
  const tags = new Map<string, Buffer>();
  const names = new Map<string, string>();
  const tagOf = (name: string) => {
    let tag = tags.get(name);
    if (!tag) {
      tag = hash('sha256', name, 'buffer').subarray(0, TAG_BYTES);
      tags.set(name, tag);
      names.set(tag.toString('latin1'), name);
    }
    return tag;
  };
  for (const name of known) tagOf(name);
  return {
    tagOf,
    nameOf: tag => {
      const name = names.get(tag.toString('latin1'));
      if (name === undefined) throw new RangeError('an entry has a name that no thread has told');
      return name;
    },
    all: () => [...tags.keys()],
  };
}
