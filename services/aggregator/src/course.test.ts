import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addMark, joinMarks, type Mark, MAX_MARKS, noMarks } from './course.ts';

const remember = (marks: readonly Mark[]) => marks.reduce(addMark, noMarks);

test('however long an election lasts, a bounded number of marks tells its course from the first to the last', () => {
  const gains = fc.array(fc.tuple(fc.integer({ min: 1, max: 9_000 }), fc.nat(50)), {
    minLength: 1,
    maxLength: 3_000,
  });
  fc.assert(
    fc.property(gains, steps => {
      let at = 0;
      let counted = 0;
      const all = steps.map(([millis, votes]) => ({ at: (at += millis), counted: (counted += votes) }));
      const { marks } = remember(all);
      expect(marks.length).toBeLessThanOrEqual(MAX_MARKS);
      expect(marks[0]).toEqual(all[0]);
      expect(marks.at(-1)).toEqual(all.at(-1));
      expect(marks).toEqual(marks.toSorted((a, b) => a.at - b.at));
      expect(marks).toEqual(marks.toSorted((a, b) => a.counted - b.counted));
    }),
    { numRuns: 50 },
  );
});

test('a time without votes is remembered by where it begins and ends', () => {
  const quiet = Array.from({ length: 100 }, (_, index) => ({ at: 10_000 * index, counted: 7 }));
  expect(remember([...quiet, { at: 2_000_000, counted: 8 }]).marks).toEqual([
    { at: 0, counted: 7 },
    { at: 990_000, counted: 7 },
    { at: 2_000_000, counted: 8 },
  ]);
});

test('what a replica has not seen itself comes from what was kept before it', () => {
  const kept = remember([
    { at: 0, counted: 0 },
    { at: 5_000, counted: 4 },
    { at: 10_000, counted: 6 },
  ]);
  const own = remember([
    { at: 9_000, counted: 5 },
    { at: 20_000, counted: 9 },
  ]);
  expect(joinMarks(kept, own).marks.map(({ at }) => at)).toEqual([0, 5_000, 9_000, 20_000]);
});
