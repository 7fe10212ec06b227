import { expect, test } from '@jest/globals';
import { participation } from './turnout.ts';

const turnout = { electionId: 'mayor', issued: 200, exact: false, asOf: '2026-05-07T10:00:00.000Z' };

test('tokens that are not counted are a bound until both sides are final, and never below zero', () => {
  const snapshot = { counted: 120, provisional: true };
  expect(participation(turnout, snapshot)).toEqual({ counted: 120, notCounted: 80, isBound: true });
  const final = { ...turnout, issued: 130, exact: true, roll: 480 };
  expect(participation(final, { ...snapshot, provisional: false })).toEqual({
    counted: 120,
    notCounted: 10,
    isBound: false,
    share: 0.25,
  });
  expect(participation(final, snapshot).isBound).toBe(true);
  expect(participation(turnout, { counted: 250, provisional: true }).notCounted).toBe(0);
  expect(participation({ ...final, roll: 0 }, snapshot).share).toBeUndefined();
});
