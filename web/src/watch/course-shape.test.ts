import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HEIGHT, joinCourse, pickMarks, shapeOf, WIDTH } from './course-shape.ts';

test('the course reaches from the first instant to the last, on an axis of round numbers', () => {
  const shape = shapeOf([
    { at: 1_000, counted: 0 },
    { at: 2_000, counted: 300 },
    { at: 5_000, counted: 1_234 },
  ]);
  expect(shape?.counts).toEqual([0, 500, 1_000, 1_500]);
  expect([1_000, 2_000, 5_000].map(instant => shape?.x(instant))).toEqual([0, WIDTH / 4, WIDTH]);
  expect([0, 300, 1_500].map(count => shape?.y(count))).toEqual([HEIGHT, 0.8 * HEIGHT, 0]);
  expect(shape?.instants.map(Math.round)).toEqual([1_000, 2_333, 3_667, 5_000]);
  expect(shapeOf([{ at: 1, counted: 1 }])).toBeNull();
});

test('whatever was counted fits on its axis, which goes from 0 to the top in at most five steps', () => {
  fc.assert(
    fc.property(fc.oneof(fc.nat(20), fc.nat(1_000_000_000)), counted => {
      const shape = shapeOf([
        { at: 0, counted: 0 },
        { at: 1, counted },
      ]);
      expect(shape?.counts.at(-1)).toBeGreaterThanOrEqual(counted);
      expect(shape?.counts.length).toBeLessThanOrEqual(6);
      expect(shape?.counts.every(Number.isInteger)).toBe(true);
      expect([shape?.counts.at(0), shape?.counts.at(-1)].map(count => shape?.y(count ?? -1))).toEqual([
        HEIGHT,
        0,
      ]);
    }),
  );
});

test('what is remembered and what is seen make one course that never goes back', () => {
  const course = joinCourse(
    [
      { at: 0, counted: 0 },
      { at: 10, counted: 5 },
    ],
    [
      { at: 9, counted: 6 },
      { at: 20, counted: 7 },
    ],
  );
  expect(course).toEqual([
    { at: 0, counted: 0 },
    { at: 9, counted: 6 },
    { at: 20, counted: 7 },
  ]);
  expect(pickMarks(course, 2)).toEqual([course[0], course[2]]);
});
