import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Chance that a seed decides. Each part of a run has a stream of its own, so that they do not shift each other. */
export type Random = {
  /** From 0 up to 1. */
  next(): number;
  /** From `from` up to `to`, not rounded. */
  between(from: number, to: number): number;
  /** A whole number, both ends included. */
  integer(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  bytes(length: number): Uint8Array;
  shuffled<T>(items: readonly T[]): T[];
  /** An independent stream. */
  fork(name: string): Random;
};

export function createRandom(seed: number, name = ''): Random {
  const generator = xoroshiro128plus(mix(seed, name));
  const next = () => uniformFloat64(generator);
  const integer = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    between: (from, to) => from + next() * (to - from),
    integer,
    chance: probability => probability > 0 && next() < probability,
    pick: items => {
      const item = items[integer(0, items.length - 1)];
      if (item === undefined) throw new RangeError('there is nothing to pick from');
      return item;
    },
    bytes: length => Uint8Array.from({ length }, () => integer(0, 255)),
    shuffled: items =>
      items
        .map(item => ({ item, place: next() }))
        .toSorted((a, b) => a.place - b.place)
        .map(({ item }) => item),
    fork: child => createRandom(seed, `${name}/${child}`),
  };
}

/** FNV-1a over the name, begun with the seed. */
function mix(seed: number, name: string): number {
  let hash = (seed ^ 0x811c9dc5) | 0;
  for (let place = 0; place < name.length; place += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(place), 0x01000193);
  }
  return hash;
}
