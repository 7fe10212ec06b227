import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createBriefMap } from './brief-map.ts';

setFlagsFromString('--expose-gc');
const collect: (options: { type: 'minor' | 'major' }) => void = runInNewContext('gc');
/** Votes at once. */
const UNDER_WAY = 40;

const key = fc.integer({ min: 0, max: 9 });
const step = fc.oneof(
  fc.record({ set: key, to: fc.integer() }),
  fc.record({ delete: key }),
  fc.record({ get: key }),
);

test('it holds what a Map holds, whatever is set and deleted in whatever order', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), steps => {
      const [brief, map] = [createBriefMap<number, number>(), new Map<number, number>()];
      for (const each of steps) {
        if ('set' in each) {
          brief.set(each.set, each.to);
          map.set(each.set, each.to);
        } else if ('delete' in each) {
          brief.delete(each.delete);
          map.delete(each.delete);
        } else expect(brief.get(each.get)).toBe(map.get(each.get));
        expect(brief.values().toSorted()).toEqual([...map.values()].toSorted());
      }
    }),
  );
});

test('what has been through it does not pile up in old memory', () => {
  const brief = createBriefMap<number, object>();
  const oldMiB = () => {
    collect({ type: 'minor' });
    const old = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space');
    return (old?.space_used_size ?? 0) / 2 ** 20;
  };
  // By then it is as old as it gets.
  for (let i = 0; i < UNDER_WAY; i += 1) brief.set(i, {});
  collect({ type: 'major' });
  const before = oldMiB();
  // Bursts, as calls of many votes are.
  for (let burst = 1; burst <= 1_000; burst += 1) {
    const first = burst * UNDER_WAY;
    for (let i = first; i < first + UNDER_WAY; i += 1)
      brief.set(
        i,
        Array.from({ length: 128 }, () => i),
      );
    for (let i = first; i < first + UNDER_WAY; i += 1) brief.delete(i - UNDER_WAY);
    if (burst % 50 === 0) collect({ type: 'minor' });
  }
  expect(oldMiB() - before).toBeLessThan(4);
});
