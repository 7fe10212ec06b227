import { hash } from 'node:crypto';
import { sameBytes } from './bytes-in-place.ts';

/**
 * Strings that many entries share (processes, codes): an entry holds eight bytes of the name's SHA-256, so that threads
 * need not agree on numbers.
 */
export type Names = {
  /** 8 bytes. */
  tagOf(name: string): Buffer;
  /** Of the tag that begins there. @throws RangeError for a tag of a name that was never added. */
  nameOf(bytes: Buffer, at?: number): string;
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
  // Nearly always the next one is the same.
  let last = { tag: tagOf(''), name: '' };
  return {
    tagOf,
    nameOf: (bytes, at = 0) => {
      if (sameBytes(last.tag, 0, bytes, at, TAG_BYTES)) return last.name;
      const name = names.get(bytes.toString('latin1', at, at + TAG_BYTES));
      if (name === undefined) throw new RangeError('an entry has a name that no thread has told');
      last = { tag: tagOf(name), name };
      return name;
    },
    all: () => [...tags.keys()],
  };
}
