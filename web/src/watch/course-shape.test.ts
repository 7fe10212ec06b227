import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { joinCourse, pickMarks, shapeOf } from './course-shape.ts';

test('the course reaches from the first instant to the last, on an axis of round numbers', () => {
  const shape = shapeOf([
    { at: 1_000, counted: 0 },
    { at: 2_000, counted: 300 },
    { at: 5_000, counted: 1_234 },
  ]);
  expect(shape?.counts).toEqual([0, 500, 1_000, 1_500]);
  expect(shape?.places).toEqual([
    { x: 0, y: 0 },
    { x: 0.25, y: 0.2 },
    { x: 1, y: 1_234 / 1_500 },
  ]);
  expect(shape?.instants.map(({ x }) => x)).toEqual([0, 1 / 3, 2 / 3, 1]);
  expect(shapeOf([{ at: 1, counted: 1 }])).toBeNull();
});

test('whatever was counted fits on its axis, which has at most five numbers', () => {
  fc.assert(
    fc.property(fc.nat(1_000_000_000), counted => {
      const shape = shapeOf([
        { at: 0, counted: 0 },
        { at: 1, counted },
      ]);
      expect(shape?.counts.at(-1)).toBeGreaterThanOrEqual(counted);
      expect(shape?.counts.length).toBeLessThanOrEqual(5);
      expect(shape?.counts.every(Number.isInteger)).toBe(true);
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
